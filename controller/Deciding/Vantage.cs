using PlatformGitOps.Controller.Configuration;

namespace PlatformGitOps.Controller.Deciding;

/// <summary>
/// Tells a dead endpoint from a dead network between it and here. Only probes that began after the failure did are compared: in a
/// black-out the first endpoint reaches its threshold while the last probe of the others, from before, is still a good one.
/// A small fleet is looked at whole, a large one by a sample: of eight endpoints with five failing, the first four that are seen
/// may well be the three good ones and one other.
/// </summary>
public static class Vantage
{
    private const int Sample = 8;

    public static VantageView Judge(IReadOnlyList<ObservedEndpoint> everything, TimeSpan since, GuardOptions options)
    {
        var serving = 0;
        var seen = 0;
        var failing = 0;
        string? place = null;
        var severalPlaces = false;
        foreach (var endpoint in everything)
        {
            if (endpoint.State != EndpointState.Serving)
            {
                continue;
            }

            serving++;
            if (endpoint.History.Last is not { } last || last.Started < since)
            {
                continue;
            }

            seen++;
            if (!last.Healthy)
            {
                failing++;
                severalPlaces |= place is not null && place != endpoint.Place;
                place = endpoint.Place;
            }
        }

        return (serving, seen) switch
        {
            _ when serving < options.VantageMinimum => VantageView.Clear,
            _ when seen < Math.Min(serving, Math.Max(Sample, options.VantageMinimum)) => VantageView.Unknown,
            // Everything that fails is on one node: a node died. From a vantage point that is cut off, several would look dead.
            _ when failing >= seen * options.VantageShare && severalPlaces => VantageView.Blind,
            _ => VantageView.Clear,
        };
    }
}
