using System.Xml.Linq;
using PlatformGitOps.Acceptance.Evidence.Model;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>An outcome as a sign and a word: never by colour alone.</summary>
internal static class Badge
{
    public static XElement Of(ResultOutcome? outcome)
    {
        var (kind, sign) = outcome switch
        {
            ResultOutcome.Passed => ("passed", "✓"),
            ResultOutcome.Failed => ("failed", "✗"),
            ResultOutcome.Skipped => ("skipped", "↷"),
            _ => ("notrun", "○"),
        };
        return E("span", Class($"badge {kind}"), E("span", A("aria-hidden", "true"), sign), Wording.Of(outcome));
    }
}
