#nullable enable
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Xml;
using System.Xml.Linq;

/// <summary>
/// What the last lines of <c>dotnet test</c> say about all projects: why tests were skipped, what failed, and the counts. The classes of
/// the failed tests are in <c>failed-classes.txt</c> beside the results, unless a project failed as a whole. MSBuild compiles this file
/// (Directory.Solution.targets); it therefore uses no more than netstandard2.0 has.
/// </summary>
public sealed class TestSummary : Microsoft.Build.Utilities.Task
{
    // Of a message: what was looked at is at its beginning, what was seen at its end.
    private const int FirstLines = 4;
    private const int LastLines = 6;

    /// <summary>A folder with one .trx of each test project, as VSTest writes it.</summary>
    [Microsoft.Build.Framework.Required]
    public string Results { get; set; } = "";

    /// <summary>The classes of a part of the tests whose time is limited; see <see cref="Limit"/>.</summary>
    private static readonly string[] Limited =
    {
        ".Substrate.SubstrateTests", ".Substrate.SubstrateLossTests", ".Substrate.SubstrateRunbookTests",
    };

    // Seconds, on a machine with as many processors as GitHub's runners have, no other work when the run began, and enough of them for it.
    private const int Limit = 180;
    private const int LimitedProcessors = 4;

    /// <summary>Whether every project was built and every test run ended well.</summary>
    public bool Succeeded { get; set; }

    /// <summary>The names of the solution's projects, with semicolons between them.</summary>
    public string Projects { get; set; } = "";

    /// <summary>The text of /proc/loadavg before the tests; empty where there is no such file.</summary>
    public string LoadBefore { get; set; } = "";

    /// <summary>The same after them: with more that wants to run than processors, the tests waited for each other.</summary>
    public string LoadAfter { get; set; } = "";

    public int Processors { get; set; }

    public override bool Execute()
    {
        var tests = new List<Test>();
        var failures = new List<string[]>();
        var files = Directory.Exists(Results) ? Directory.GetFiles(Results, "*.trx") : Array.Empty<string>();
        foreach (var file in files.OrderBy(file => file, StringComparer.Ordinal))
        {
            Read(file, tests, failures);
        }

        // VSTest writes the file also where a filter finds no test.
        var silent = Projects.Split(';').Where(name => name == "Acceptance" || name.EndsWith(".Tests", StringComparison.Ordinal))
            .Where(name => !Succeeded && !files.Any(file => Path.GetFileNameWithoutExtension(file) == name));
        failures.AddRange(silent.Select(name => new[]
        {
            $"{name}: no results", "It was not built, or its tests did not run. The errors are further up.",
        }));

        var failed = tests.Where(test => test.Outcome == "Failed").ToList();
        if (failed.Count > 0 && failures.Count == 0)
        {
            File.WriteAllLines(Path.Combine(Results, "failed-classes.txt"), failed.Select(test => test.Type).Distinct());
        }

        failures.InsertRange(0, failed.Select(test => new[] { test.Name, test.Message }));
        if (!Succeeded && failures.Count == 0)
        {
            failures.Add(new[] { "A project was not built, or its tests did not run", "The errors are further up." });
        }

        if (Succeeded && failures.Count > 0)
        {
            Log.LogError("Results of a test run that ended well cannot be read.");
        }

        var part = tests.Where(test => test.Outcome != "NotExecuted"
            && Limited.Any(name => test.Type.EndsWith(name, StringComparison.Ordinal))).ToList();
        var seconds = (int)Math.Ceiling(Together(part).TotalSeconds);
        // Of the minute before, and of the last five minutes of the run.
        var unused = Processors >= LimitedProcessors && Load(LoadBefore, 0) < Processors / 2.0 && Load(LoadAfter, 1) < Processors;
        if (seconds > Limit && unused)
        {
            failures.Add(new[] { $"The substrate's DNS tests took {seconds} s", $"They may take {Limit} s on this machine." });
            Log.LogError($"The substrate's DNS tests took {seconds} s of {Limit} s.");
        }

        var skipped = tests.Where(test => test.Outcome == "NotExecuted").ToList();
        var reasons = skipped.GroupBy(test => Reason(test.Message))
            .OrderByDescending(reason => reason.Count()).ThenBy(reason => reason.Key, StringComparer.Ordinal).ToList();
        Console.WriteLine();
        if (reasons.Count > 0)
        {
            Console.WriteLine("Skipped, and why:");
        }

        foreach (var reason in reasons)
        {
            Console.WriteLine($"  {reason.Count(),4}  {reason.Key}");
        }

        if (part.Count > 0)
        {
            Console.WriteLine($"The substrate's DNS tests: {part.Count} in {seconds} s of {Limit} s"
                + (seconds > Limit && !unused ? ", which this machine is too small or too busy for" : ""));
        }

        if (failures.Count > 0)
        {
            Console.WriteLine("Failed:");
        }

        foreach (var failure in failures)
        {
            Console.WriteLine($"  {failure[0]}");
            var lines = Lines(failure[1]).ToList();
            var all = lines.Count <= FirstLines + LastLines + 1;
            foreach (var line in all ? lines
                : lines.Take(FirstLines).Append("...").Concat(lines.Skip(lines.Count - LastLines)))
            {
                Console.WriteLine($"      {line}");
            }
        }

        Console.WriteLine($"{tests.Count(test => test.Outcome == "Passed")} passed, {failures.Count} failed, {skipped.Count} skipped");
        return !Log.HasLoggedErrors;
    }

    private static void Read(string file, List<Test> tests, List<string[]> failures)
    {
        var project = Path.GetFileNameWithoutExtension(file);
        try
        {
            var run = XDocument.Load(file).Root!;
            var space = run.Name.Namespace;
            // A fixture with arguments has them in the name of its class, where a filter cannot have their brackets.
            var classes = run.Descendants(space + "UnitTest").ToDictionary(
                test => (string)test.Attribute("id")!,
                test => ((string?)test.Element(space + "TestMethod")?.Attribute("className"))?.Split('(')[0]);
            foreach (var result in run.Descendants(space + "UnitTestResult"))
            {
                classes.TryGetValue((string?)result.Attribute("testId") ?? "", out var type);
                tests.Add(new Test(
                    type ?? project,
                    $"{type ?? project}.{(string?)result.Attribute("testName")}",
                    (string?)result.Attribute("outcome") ?? "",
                    (DateTimeOffset?)result.Attribute("startTime") ?? default,
                    (DateTimeOffset?)result.Attribute("endTime") ?? default,
                    (string?)result.Descendants(space + "Message").FirstOrDefault() ?? ""));
            }

            // A process that crashed, or that ran into the session's time limit, has a failed run without a failed test.
            var summary = run.Element(space + "ResultSummary");
            if ((string?)summary?.Attribute("outcome") == "Failed" && (int?)summary!.Element(space + "Counters")?.Attribute("failed") == 0)
            {
                var texts = summary.Descendants(space + "Text").Select(text => text.Value);
                failures.Add(new[] { $"{project}: the test run was aborted", string.Join("\n", texts) });
            }
        }
        catch (XmlException exception)
        {
            failures.Add(new[] { $"{project}: the results cannot be read", $"{file}: {exception.Message}" });
        }
    }

    private static double Load(string text, int field) => text.Split(' ') is { Length: > 2 } fields
        && double.TryParse(fields[field], NumberStyles.Float, CultureInfo.InvariantCulture, out var load) ? load : double.MaxValue;

    /// <summary>The time in which at least one of the tests ran.</summary>
    private static TimeSpan Together(IEnumerable<Test> tests)
    {
        var (sum, until) = (TimeSpan.Zero, DateTimeOffset.MinValue);
        foreach (var test in tests.OrderBy(test => test.Began))
        {
            var from = test.Began > until ? test.Began : until;
            if (test.Ended > from)
            {
                (sum, until) = (sum + (test.Ended - from), test.Ended);
            }
        }

        return sum;
    }

    /// <summary>Without the words by which NUnit says where the test was skipped.</summary>
    private static string Reason(string message)
    {
        var reason = Lines(message).FirstOrDefault() ?? "no reason given";
        foreach (var where in new[] { "OneTimeSetUp: ", "SetUp : " }.Where(where => reason.StartsWith(where, StringComparison.Ordinal)))
        {
            reason = reason.Substring(where.Length);
        }

        return reason;
    }

    /// <summary>Without the lines of a stack trace.</summary>
    private static IEnumerable<string> Lines(string text) =>
        text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith("at ", StringComparison.Ordinal));

    private sealed class Test
    {
        public Test(string type, string name, string outcome, DateTimeOffset began, DateTimeOffset ended, string message) =>
            (Type, Name, Outcome, Began, Ended, Message) = (type, name, outcome, began, ended, message);

        public string Type { get; }
        public string Name { get; }
        public string Outcome { get; }
        public DateTimeOffset Began { get; }
        public DateTimeOffset Ended { get; }
        public string Message { get; }
    }
}
