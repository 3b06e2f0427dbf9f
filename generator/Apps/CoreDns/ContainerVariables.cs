using PlatformGitOps.Generator.Definition.Binding;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>The environment of CoreDNS's container: the tree's own variables, and those of a cluster's values after them.</summary>
internal static class ContainerVariables
{
    private const string Key = "env";

    private const string Name = "name";

    private const string MaxProcs = "GOMAXPROCS";

    /// <summary>
    /// As many threads as the limit has cores. Go starts one for each core of the node; together they use a smaller limit up early in a
    /// period, and the kernel stops the process until the next one (docs/corefile.md). CoreDNS 1.12.0 and later read their limit.
    /// </summary>
    public static Mapping Threads() => new()
    {
        { Name, MaxProcs },
        { "valueFrom", new Mapping { { "resourceFieldRef", new Mapping { { "resource", "limits.cpu" }, { "divisor", "1" } } } } },
    };

    /// <summary>A cluster's values with the tree's variables before theirs; a variable of theirs wins over the tree's.</summary>
    public static Mapping Completed(Mapping values) => values[Key] is not Sequence own
        || own.Items.OfType<Mapping>().Any(variable => variable.TextAt(Name) == MaxProcs) ? values
        : values.Set(Key, Sequence.Of([Threads(), .. own.Items]));

    /// <summary>Reports what the tree's variables cannot be added to.</summary>
    public static void Check(Mapping values, SectionReader at)
    {
        switch (values[Key])
        {
            case Scalar { IsNull: true } nothing:
                at.Report(DefinitionRules.ValueType, nothing.Position, $"The value '{Key}' of coredns is empty.",
                    $"Delete it; an entry with the name {MaxProcs} takes the place of the tree's.");
                break;
            case Sequence own:
                foreach (var (entry, index) in own.Items.Select((entry, index) => (entry, index))
                    .Where(pair => pair.entry is not (Unread or Mapping) || (pair.entry is Mapping variable && !IsNamed(variable))))
                {
                    at.Report(DefinitionRules.ValueType, entry.Position, $"The value '{Key}[{index}]' of coredns has no text as its name.",
                        "Write '- name: NAME' with a value.");
                }

                break;
        }
    }

    private static bool IsNamed(Mapping variable) => variable[Name] is Scalar { Value.Length: > 0 } name && ScalarKind.IsText(name);
}
