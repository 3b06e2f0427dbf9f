namespace PlatformGitOps.Controller.Tests;

public sealed class RemovalNotes
{
    private const string First = "dns.aikernel.io/first";
    private const string Second = "dns.aikernel.io/second";

    [Test]
    public void A_note_under_the_earlier_annotation_counts_if_its_label_has_no_other() => RemovalNote.Of(Pod())
        .Select(note => (note.Label, note.Reason)).ShouldBe([(First, "now"), (Second, "before")]);

    [Test]
    public void Notes_of_both_annotations_are_written_under_the_new_name()
    {
        var change = EndpointWrite.OfOrphan(Pod(), new(RemovalMethod.ServeLabel, First), [], Verdict.Restore, "test");
        var patch = JsonNode.Parse((string)PodPatches.ServeLabel(change, Pod(), DateTimeOffset.UnixEpoch).Content)!;
        var annotations = patch["metadata"]!["annotations"]!.AsObject();
        annotations[Annotations.Removed]!.GetValue<string>().ShouldBe(Note(Second, "before"));
        annotations.ContainsKey(Annotations.RemovedEarlierName).ShouldBeTrue();
        annotations[Annotations.RemovedEarlierName].ShouldBeNull();
    }

    private static V1Pod Pod() => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "web-0",
            NamespaceProperty = "shop",
            Annotations = new Dictionary<string, string>
            {
                [Annotations.Removed] = Note(First, "now"),
                [Annotations.RemovedEarlierName] = JsonArrayOf(Note(First, "before"), Note(Second, "before")),
            },
        },
    };

    private static string JsonArrayOf(params string[] notes) => $"[{string.Join(',', notes.Select(note => note[1..^1]))}]";

    private static string Note(string label, string reason) => RemovalNote.ToText([new RemovalNote(label, ["shop/web"], "", reason)])!;
}
