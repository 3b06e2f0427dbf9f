using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Acceptance.Settings;

/// <summary>
/// Names that no setting has. An ignored one would change what the run does: without the context that was meant, kind clusters are tested,
/// and without the permission that was refused, DNS is disturbed.
/// </summary>
internal static class UnknownSettings
{
    /// <param name="variables">The names of all that is set, as environment variables.</param>
    /// <param name="clusters">The names of the definition's clusters.</param>
    /// <exception cref="SettingException">No setting has one of the names.</exception>
    public static void Refuse(IEnumerable<string> variables, IReadOnlyList<string> clusters)
    {
        var contexts = clusters.Select(cluster => SettingSource.Variable(SuiteSettings.OfAContext + cluster)).ToArray();
        var known = SuiteSettings.Names("").Select(SettingSource.Variable)
            .Except([SettingSource.Variable(SuiteSettings.OfAContext)]).Concat(contexts).ToArray();
        var problems = variables.Except(known.Append(Reaper.Session.Variable))
            .Where(name => !name.StartsWith(SettingSource.Variable("program-"), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(name => Problem(name, known, contexts)).ToArray();
        if (problems.Length > 0)
        {
            throw new SettingException(string.Join('\n', problems));
        }
    }

    /// <summary>What was meant instead of an unknown name: the nearest one, or any of them.</summary>
    public static string Advice(string name, IReadOnlyCollection<string> known, string begin = "") =>
        Near(name, known, begin) is { } near ? $"Did you mean '{near}'?" : $"Known here: {string.Join(", ", known)}.";

    private static string Problem(string name, string[] known, string[] contexts)
    {
        var context = SettingSource.Variable(SuiteSettings.OfAContext);
        return name.StartsWith(context, StringComparison.Ordinal)
            ? $"{name}: the definition has no such cluster. " + Advice(name, contexts, context)
            : Near(name, known, SettingSource.Prefix) is { } near ? $"The suite has no setting {name}. Did you mean '{near}'?"
            : $"The suite has no setting {name}. docs/acceptance.md has the settings; unset a variable that is not for the suite.";
    }

    // Without the words that they begin with, which would make every name near to every other.
    private static string? Near(string name, IEnumerable<string> known, string begin) =>
        Suggestion.For(name[begin.Length..], known.Select(other => other[begin.Length..])) is { } near ? begin + near : null;
}

public sealed class UnknownSettingsTests
{
    private static readonly string[] Clusters = ["infra", "my-edge"];

    [TestCase("ACCEPTANCE_CLUSTRE", "The suite has no setting ACCEPTANCE_CLUSTRE. Did you mean 'ACCEPTANCE_CLUSTER'?")]
    [TestCase("ACCEPTANCE_CONTEXT", "The suite has no setting ACCEPTANCE_CONTEXT. Did you mean 'ACCEPTANCE_CONTEXT_INFRA'?")]
    [TestCase("ACCEPTANCE_DISTURB",
        "The suite has no setting ACCEPTANCE_DISTURB. docs/acceptance.md has the settings; unset a variable that is not for the suite.")]
    [TestCase("ACCEPTANCE_CONTEXT_INFAR",
        "ACCEPTANCE_CONTEXT_INFAR: the definition has no such cluster. Did you mean 'ACCEPTANCE_CONTEXT_INFRA'?")]
    [TestCase("ACCEPTANCE_CONTEXT_PRODUCTION",
        "ACCEPTANCE_CONTEXT_PRODUCTION: the definition has no such cluster. "
        + "Known here: ACCEPTANCE_CONTEXT_INFRA, ACCEPTANCE_CONTEXT_MY_EDGE.")]
    public void A_name_that_no_setting_has_is_refused(string name, string message) =>
        Should.Throw<SettingException>(() => UnknownSettings.Refuse(["ACCEPTANCE_CLUSTER", name], Clusters)).Message.ShouldBe(message);

    [Test]
    public void Every_setting_is_known_and_those_of_programs_and_of_the_session() => Should.NotThrow(() => UnknownSettings.Refuse(
        [
            .. SuiteSettings.Names("my-edge").Select(SettingSource.Variable), "ACCEPTANCE_PROGRAM_EXTERNAL_DNS", Reaper.Session.Variable,
        ],
        Clusters));

    [Test]
    public void All_of_them_are_named_at_once() =>
        Should.Throw<SettingException>(() => UnknownSettings.Refuse(["ACCEPTANCE_PREFIXX", "ACCEPTANCE_CHARTS"], Clusters)).Message
            .Split('\n').Length.ShouldBe(2);
}
