using PlatformGitOps.Dns.Wire;

namespace PlatformGitOps.Dns.Tests;

/// <summary>Parsing any octets ends with a message or a <see cref="MessageFormatException"/>.</summary>
public sealed class Malformed
{
    private const string Header = "000000000001000000000000";

    [TestCase("C00C", TestName = "A pointer to itself is refused")]
    [TestCase("016103C00C", TestName = "A cut-off label is refused")]
    [TestCase("0161C00C", TestName = "A pointer to the start of its own name is refused")]
    [TestCase("C0FF", TestName = "A pointer beyond the message is refused")]
    [TestCase("C0", TestName = "Half a pointer is refused")]
    [TestCase("41", TestName = "A withdrawn label type is refused")]
    [TestCase("0161", TestName = "A name without an end is refused")]
    [TestCase("00", TestName = "A question without a type is refused")]
    public void A_broken_question_is_refused(string name) =>
        Should.Throw<MessageFormatException>(() => MessageReader.Read(Convert.FromHexString(Header + name)));

    [Test]
    public void A_chain_of_pointers_that_grows_beyond_255_octets_is_refused()
    {
        // Each of 40 names is a label of 60 octets and a pointer to the previous name.
        var octets = Convert.FromHexString("000000000028000000000000").ToList();
        var earlier = -1;
        for (var i = 0; i < 40; i++)
        {
            var at = octets.Count;
            octets.Add(60);
            octets.AddRange(Enumerable.Repeat((byte)'a', 60));
            octets.AddRange(earlier < 0 ? [0] : [(byte)(0xc0 | (earlier >> 8)), (byte)earlier]);
            octets.AddRange(new byte[] { 0, 1, 0, 1 });
            earlier = at;
        }

        Should.Throw<MessageFormatException>(() => MessageReader.Read(octets.ToArray())).Message.ShouldContain("255");
    }

    [TestCase("00" + "0001" + "0001" + "0000003C" + "0003" + "7F0000", TestName = "An A record of three octets is refused")]
    [TestCase("00" + "000C" + "0001" + "0000003C" + "0004" + "01610000", TestName = "A name shorter than its record is refused")]
    [TestCase("00" + "000C" + "0001" + "0000003C" + "0002" + "01610000", TestName = "A name longer than its record is refused")]
    [TestCase("00" + "0010" + "0001" + "0000003C" + "0002" + "05610000000000", TestName = "A text longer than its record is refused")]
    [TestCase("00" + "0029" + "04D0" + "00000000" + "0000", TestName = "An OPT record among the answers is refused")]
    public void A_broken_record_is_refused(string record) =>
        Should.Throw<MessageFormatException>(() => MessageReader.Read(Convert.FromHexString("000080000000000100000000" + record)));

    [TestCase("0161" + "00" + "0029" + "04D0" + "00000000" + "0000", TestName = "An OPT record with a name is refused")]
    [TestCase("00" + "0029" + "04D0" + "00000000" + "0004" + "00030005", TestName = "An option longer than its OPT record is refused")]
    public void A_broken_OPT_record_is_refused(string record) =>
        Should.Throw<MessageFormatException>(() => MessageReader.Read(Convert.FromHexString("000080000000000000000001" + record)));

    [Test]
    public void Every_cut_of_a_message_is_refused()
    {
        var whole = MessageWriter.Write(Samples.Everything);
        for (var length = 0; length < whole.Length; length++)
        {
            Should.Throw<MessageFormatException>(() => MessageReader.Read(whole.AsSpan(0, length)), $"cut at {length}");
        }
    }

    [Test]
    public void A_truncated_message_may_end_anywhere_after_its_question()
    {
        var message = Samples.Everything with { IsTruncated = true };
        var whole = MessageWriter.Write(message);
        var question = MessageWriter.Write(new DnsMessage { Questions = message.Questions }).Length;
        for (var length = question; length < whole.Length; length++)
        {
            var read = MessageReader.Read(whole.AsSpan(0, length));
            (read.Id, read.IsTruncated, read.Answers.Length).ShouldBe((message.Id, true, 0), $"cut at {length}");
            read.Questions.ShouldBe(message.Questions);
        }

        Should.Throw<MessageFormatException>(() => MessageReader.Read(whole.AsSpan(0, question - 1)));
    }

    [Test]
    public void Random_octets_never_do_more_than_fail_to_be_a_message()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 20_000; round++)
        {
            var octets = new byte[random.Next(0, 200)];
            random.NextBytes(octets);
            MessageReader.TryRead(octets);
        }
    }

    [Test]
    public void Damaged_messages_never_do_more_than_fail_to_be_a_message()
    {
        var random = new Random(1035);
        var whole = MessageWriter.Write(Samples.Everything).ToArray();
        var readable = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var octets = whole.ToArray();
            for (var hit = random.Next(1, 6); hit > 0; hit--)
            {
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            }

            readable += MessageReader.TryRead(octets) is { } message
                && MessageReader.Read(MessageWriter.Write(message).AsSpan()) is not null ? 1 : 0;
        }

        readable.ShouldBeInRange(1, 19_999, "some damage must matter and some must not, or the loop tests nothing");
    }
}
