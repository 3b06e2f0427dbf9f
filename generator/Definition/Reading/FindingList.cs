using System.Collections;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>The findings of one file.</summary>
internal sealed class FindingList(string file) : IEnumerable<Finding>
{
    private readonly List<Finding> findings = [];

    public void Add(string rule, Position position, string message, string mend) =>
        findings.Add(new Finding { Rule = rule, File = file, Position = position, Message = message, Mend = mend });

    public void AddRange(IEnumerable<Finding> others) => findings.AddRange(others);

    public IEnumerator<Finding> GetEnumerator() => findings.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
