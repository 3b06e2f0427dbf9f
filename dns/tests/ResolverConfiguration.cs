using System.Net;
using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Dns.Tests;

public sealed class ResolverConfiguration
{
    private const string OfAPod = """
        # written by the kubelet
        search shop.svc.cluster.local svc.cluster.local cluster.local
        nameserver 10.245.0.10
        options ndots:5 timeout:1 attempts:3 edns0
        """;

    [Test]
    public void The_file_of_a_pod_is_read()
    {
        var conf = ResolvConf.Parse(OfAPod);

        conf.Nameservers.ShouldBe([IPAddress.Parse("10.245.0.10")]);
        conf.Search.ShouldBe(["shop.svc.cluster.local", "svc.cluster.local", "cluster.local"]);
        (conf.Ndots, conf.Stub).ShouldBe((5, new StubOptions { Timeout = TimeSpan.FromSeconds(1), Attempts = 3 }));
    }

    [Test]
    public void An_empty_file_means_the_defaults_of_resolv_conf() =>
        ResolvConf.Parse("").Stub.ShouldBe(new StubOptions { Timeout = TimeSpan.FromSeconds(5), Attempts = 2 });

    [TestCase("db", "db.shop.svc.cluster.local. db.svc.cluster.local. db.cluster.local. db.")]
    [TestCase("db.other", "db.other.shop.svc.cluster.local. db.other.svc.cluster.local. db.other.cluster.local. db.other.")]
    [TestCase("example.com.", "example.com.")]
    [TestCase("a.b.c.d.e.f", "a.b.c.d.e.f. a.b.c.d.e.f.shop.svc.cluster.local. a.b.c.d.e.f.svc.cluster.local. a.b.c.d.e.f.cluster.local.")]
    public void A_name_is_tried_along_the_search_path(string name, string candidates) =>
        ResolvConf.Parse(OfAPod).Candidates(name).ShouldBe(candidates.Split(' '));
}
