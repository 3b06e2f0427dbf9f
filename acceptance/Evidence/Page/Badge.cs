using System.Xml.Linq;
using static PlatformGitOps.Acceptance.Evidence.Page.Markup;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>An outcome as a sign and a word: never by colour alone.</summary>
internal static class Badge
{
    /// <param name="outcome">Null when nothing was checked.</param>
    /// <param name="word">Shown instead of the outcome's own word, which is then for screen readers.</param>
    public static XElement Of(ResultOutcome? outcome, string? word = null)
    {
        var (kind, sign) = outcome switch
        {
            ResultOutcome.Passed => ("passed", "✓"),
            ResultOutcome.Failed => ("failed", "✗"),
            ResultOutcome.Skipped => ("skipped", "↷"),
            ResultOutcome.NotApplicable => ("notrun", "–"),
            _ => ("notrun", "○"),
        };
        return E("span", Class($"badge {kind}"), E("span", Class("sign"), A("aria-hidden", "true"), sign), word ?? Wording.Of(outcome), word is null ? null : E("span", Class("unseen"), $" {Wording.Of(outcome)}"));
    }
}
