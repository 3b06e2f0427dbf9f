using System.CommandLine;

namespace PlatformGitOps.Generator.Commands;

/// <summary>
/// <c>completion</c>: prints a script that gets completions from this program, by the directive [suggest] of System.CommandLine.
/// </summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _platform_gitops() {
              local IFS=$'\n'
              COMPREPLY=($(compgen -W "$(platform-gitops "[suggest:$((COMP_POINT - ${#COMP_WORDS[0]} - 1))]" \
                "${COMP_LINE#* }" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -F _platform_gitops platform-gitops

            """,
        ["zsh"] = """
            #compdef platform-gitops
            _platform_gitops() {
              local words_after="${BUFFER#* }"
              compadd -- ${(f)"$(platform-gitops "[suggest:$((CURSOR - ${#words[1]} - 1))]" "$words_after" 2>/dev/null)"}
            }
            compdef _platform_gitops platform-gitops

            """,
        ["fish"] = """
            function __platform_gitops
                set -l line (string replace -r '^\S+ ' '' -- (commandline -cp))
                platform-gitops "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c platform-gitops -f -a '(__platform_gitops)'

            """,
    };

    public static IEnumerable<string> Shells => Scripts.Keys;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Prints a script with which a shell completes commands, options, clusters and rules.")
        {
            shell,
        };
        command.SetAction(result => result.InvocationConfiguration.Output.Write(Scripts[result.GetValue(shell)!]));
        return command;
    }
}
