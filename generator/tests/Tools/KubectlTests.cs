using System.Runtime.Versioning;

namespace PlatformGitOps.Generator.Tests.Tools;

[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "The program that stands in for kubectl is a POSIX one.")]
public sealed class KubectlTests
{
    private const string Logged = "E1130 18:00:0{0}.123456   12345 memcache.go:265] \"Unhandled Error\" err=\"couldn't get current server "
        + "API group list: dial tcp 127.0.0.1:6443: connect: connection refused\"";

    private const string Said = "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?";

    [TestCase(Said)]
    [TestCase(Said + "\n" + Said)]
    public async Task An_error_is_kept_once_and_without_log_lines(string said) => (await Failure(said)).ShouldBe(
        $"kubectl cannot list services. kubectl ended with exit code 1: {Said}");

    [Test]
    public async Task A_log_alone_is_kept() => (await Failure("")).ShouldContain("memcache.go:265");

    private static async Task<string> Failure(string said)
    {
        using var folder = new TemporaryFolder();
        var log = string.Join('\n', Enumerable.Range(1, 5).Select(second => Logged.Replace("{0}", $"{second}")));
        var file = folder.Write("kubectl", $"#!/bin/sh\ncat >&2 <<'EOF'\n{log}\n{said}\nEOF\nexit 1\n");
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
        return (await Should.ThrowAsync<KubectlException>(() =>
            new Kubectl(file, null, null).ListAsync("services", null, CancellationToken.None))).Message;
    }
}
