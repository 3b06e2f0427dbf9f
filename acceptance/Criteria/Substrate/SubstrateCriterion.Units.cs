using System.Globalization;
using System.Text.RegularExpressions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public static partial class SubstrateCriterion
{
    internal static IReadOnlyList<HostSabotage> UnitSabotages =>
    [
        Of("a timer's service with all of the machine", "Substrate.14", "k8s-health.service is exposed", "units/k8s-health.service",
            "ProtectSystem=strict\n", "CapabilityBoundingSet=~\nNoNewPrivileges=no\nPrivateDevices=no\nSystemCallFilter=\n"),
    ];

    /// <summary>
    /// The most that systemd-analyze may rate a service with: 2.0 where the network reaches it. What runs as root by a timer reads and
    /// writes others' files, and a kubelet makes containers (docs/substrate.md).
    /// </summary>
    private static double? Exposure(string service) => service switch
    {
        "kubelet.service" => null,
        "globular-dns-verify.service" or "globular-dns-backup.service" => 4.0,
        _ when service.StartsWith("k8s-", StringComparison.Ordinal) => 4.0,
        _ => 2.0,
    };

    /// <summary>systemd reads the units, and the services are confined. The last part of a check, for it may skip that.</summary>
    private static async Task AreSound(string[] units, CancellationToken cancellationToken)
    {
        if (SubstratePair.Find("systemd-analyze") is null)
        {
            Assert.Ignore("the units were not read: systemd-analyze is not on this machine; Debian has it in systemd");
        }

        var verified = await SubstratePair.Run("systemd-analyze", ["verify", .. units], cancellationToken);
        verified.ExitCode.ShouldBe(0, verified.StandardError);
        // It reads the units of the whole machine too.
        Lines(verified.StandardError).Where(line => units.Any(unit => line.Contains(Path.GetFileName(unit), StringComparison.Ordinal)))
            .ShouldBeEmpty();
        var services = units.Where(unit => unit.EndsWith(".service", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        services.ShouldNotBeEmpty();
        var rated = new List<string>();
        foreach (var unit in services)
        {
            var security = await SubstratePair.Run(
                "systemd-analyze", ["security", "--offline=true", "--no-pager", unit], cancellationToken);
            var overall = Regex.Match(security.StandardOutput, "Overall exposure level.*: ([0-9.]+)").Groups[1].Value;
            var name = Path.GetFileName(unit);
            double.Parse(overall, CultureInfo.InvariantCulture)
                .ShouldBeLessThanOrEqualTo(Exposure(name) ?? double.MaxValue, $"{name} is exposed");
            rated.Add($"{name} {overall}");
        }

        TestContext.Out.WriteLine($"Rated by systemd-analyze: {string.Join(", ", rated)}.");
    }
}
