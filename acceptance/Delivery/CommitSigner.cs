namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// A PGP key of this run, which signs the suite's commits if the definition has <c>repository.verify</c>. Not SSH: Flux reads SSH
/// signatures only from 2.9.
/// </summary>
/// <param name="home">GnuPG's folder, separate from the user's keys and agent.</param>
public sealed class CommitSigner(string home)
{
    private const string Address = "acceptance@example.com";

    /// <summary>git's arguments to sign a commit with the key, in addition to <see cref="WithKeys"/>.</summary>
    public static readonly IReadOnlyList<string> Arguments =
        ["-c", $"user.signingKey={Address}", "-c", "gpg.format=openpgp", "-c", "commit.gpgSign=true"];

    /// <summary>A command that uses the keys of this run.</summary>
    public Command WithKeys(Command command) =>
        command.WithEnvironmentVariables(new Dictionary<string, string?> { ["GNUPGHOME"] = home });

    /// <summary>Creates a key without a passphrase; it is removed with the folder.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">gpg is not installed.</exception>
    public static async Task<CommitSigner> Make(string folder, CancellationToken cancellationToken)
    {
        var home = Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var signer = new CommitSigner(home.FullName);
        await signer.Gpg(cancellationToken, "--passphrase", "", "--quick-generate-key", $"acceptance <{Address}>", "ed25519", "sign", "1d");
        return signer;
    }

    /// <returns>The public key as text, for a Secret of <c>repository.verify</c>.</returns>
    public async Task<string> PublicKey(CancellationToken cancellationToken) =>
        (await Gpg(cancellationToken, "--armor", "--export", Address)).StandardOutput;

    /// <summary>Ends the agent that gpg started, which uses the folder.</summary>
    public Task Stop(CancellationToken cancellationToken) =>
        WithKeys(Cli.Wrap("gpgconf").WithArguments(["--kill", "gpg-agent"])).ExecuteBufferedAsync(cancellationToken);

    private CommandTask<BufferedCommandResult> Gpg(CancellationToken cancellationToken, params string[] arguments) =>
        WithKeys(Cli.Wrap("gpg").WithArguments(["--batch", "--quiet", .. arguments])).ExecuteBufferedAsync(cancellationToken);
}
