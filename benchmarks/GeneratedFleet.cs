using System.Globalization;
using System.Text;

namespace PlatformGitOps.Benchmarks;

/// <summary>Definitions of any size.</summary>
internal static class GeneratedFleet
{
    private const string Head = """
        repository:
          url: https://github.com/example/fleet.git
        defaults:
          network:
            isolated: true
        clusters:

        """;

    /// <summary>A definition of clusters that differ in name, ranges and flavours, as a fleet's do.</summary>
    public static string Definition(int clusters)
    {
        var text = new StringBuilder(Head);
        for (var i = 0; i < clusters; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                  - name: cluster-{{i:0000}}
                    network:
                      pods: 10.{{i % 100}}.0.0/16
                      services: 10.{{100 + (i % 100)}}.0.0/16
                      nodes: 192.168.{{i % 100}}.0/24
                    dns:
                      replicas: {{2 + (i % 3)}}
                    networkPolicy: {{(i % 2 == 0 ? "cilium" : "kubernetes")}}

                """);
        }

        return text.ToString();
    }
}
