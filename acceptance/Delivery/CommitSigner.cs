namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// A PGP key that is made for this run and signs the suite's commits, where the definition has <c>repository.verify</c>. PGP and not SSH:
/// Flux reads SSH signatures from 2.9 on only.
/// </summary>
/// <param name="home">GnuPG's folder: its keys and its agent are not the user's.</param>
public sealed class CommitSigner(string home)
{
    private const string Address = "acceptance@example.com";

    /// <summary>What git needs to sign a commit with the key, beside <see cref="WithKeys"/>.</summary>
    public static readonly IReadOnlyList<string> Arguments =
        ["-c", $"user.signingKey={Address}", "-c", "gpg.format=openpgp", "-c", "commit.gpgSign=true"];

    /// <summary>The same command with the keys of this run.</summary>
    public Command WithKeys(Command command) =>
        command.WithEnvironmentVariables(new Dictionary<string, string?> { ["GNUPGHOME"] = home });

    /// <summary>Makes a key without a passphrase; it ends with the folder.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">gpg is not installed.</exception>
    public static async Task<CommitSigner> Make(string folder, CancellationToken cancellationToken)
    {
        var home = Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var signer = new CommitSigner(home.FullName);
        await signer.Gpg(cancellationToken, "--passphrase", "", "--quick-generate-key", $"acceptance <{Address}>", "ed25519", "sign", "1d");
        return signer;
    }

    /// <returns>The public key as text, as a Secret of <c>repository.verify</c> has it.</returns>
    public async Task<string> PublicKey(CancellationToken cancellationToken) =>
        (await Gpg(cancellationToken, "--armor", "--export", Address)).StandardOutput;

    /// <summary>Ends the agent, which gpg started and which holds the folder.</summary>
    public Task Stop(CancellationToken cancellationToken) =>
        WithKeys(Cli.Wrap("gpgconf").WithArguments(["--kill", "gpg-agent"])).ExecuteBufferedAsync(cancellationToken);

    private CommandTask<BufferedCommandResult> Gpg(CancellationToken cancellationToken, params string[] arguments) =>
        WithKeys(Cli.Wrap("gpg").WithArguments(["--batch", "--quiet", .. arguments])).ExecuteBufferedAsync(cancellationToken);
}
