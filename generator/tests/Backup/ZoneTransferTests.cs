using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Tests.Backup;

public class ZoneTransferTests
{
    private const string Key = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";

    [Test]
    public void A_key_comes_from_the_file_of_its_instance_then_from_the_common_one_then_from_the_environment()
    {
        using var folder = new TemporaryFolder();
        var (own, common) = (folder.Write("own", "b3du" + Key + "\n"), folder.Write("common", Key));

        ZoneTransfer.Secret("one", [common, "one=" + own], "ZW52" + Key).ShouldBe("b3du" + Key);
        ZoneTransfer.Secret("two", [common, "one=" + own], "ZW52" + Key).ShouldBe(Key);
        ZoneTransfer.Secret("two", ["one=" + own], "ZW52" + Key).ShouldBe("ZW52" + Key);
    }

    [TestCase("hmac-sha256:name:c2VjcmV0")]
    [TestCase("")]
    [TestCase("hunter2!hunter2")]
    public void An_invalid_key_is_refused_and_not_printed(string text)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("key", text);

        var message = Should.Throw<ZoneTransferException>(() => ZoneTransfer.Secret("one", [file], null)).Message;

        message.ShouldContain(file);
        if (text.Length > 0)
        {
            message.ShouldNotContain(text);
        }
    }

    [Test]
    public void Without_a_key_the_message_says_how_to_give_one() =>
        Should.Throw<ZoneTransferException>(() => ZoneTransfer.Secret("one", [], null)).Message
            .ShouldBe("The zones of the instance 'one' are read with its TSIG key. Name a file that holds the key (--tsig-file), " +
                "or set EXTERNAL_DNS_RFC2136_TSIG_SECRET.");
}
