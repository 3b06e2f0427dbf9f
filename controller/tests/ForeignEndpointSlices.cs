namespace PlatformGitOps.Controller.Tests;

/// <summary>EndpointSlices that another client created are reported and never changed, and a Service's series end with it.</summary>
public sealed class ForeignEndpointSlices : ClusterFixture
{
    private const string Name = "far-health-ipv4-0", ManagedBy = "endpointslice.kubernetes.io/managed-by";

    [Test]
    public async Task A_slice_with_the_name_of_a_new_one_stays_as_it_is()
    {
        var foreign = Put(Name, "somebody.example.com", "far", "192.0.2.7");
        DeclareTwo();

        var one = Start();

        await UntilAsync(() => Ready("far-health-ipv4-1").Count() == 2, "the addresses are in a slice of another name");
        await UntilAsync(() => HasEvent("ForeignEndpointSlice"), "an Event says so");
        await UntilAsync(() => Foreign(one) == 1, "and a metric");
        Find(Name)!.ToJsonString().ShouldBe(foreign.ToJsonString());
        Event("ForeignEndpointSlice").ShouldContain($"EndpointSlice {Name} has a name that this controller uses");

        Endpoints.Fail(0);
        await UntilAsync(() => Ready("far-health-ipv4-1").Count() == 1, "a later write needs no new slice");
        await NeverAsync(() => Foreign(one) != 1, "the other one still has the name", seconds: 1);
    }

    [Test]
    public async Task A_slice_with_the_label_stays_as_it_is_whatever_its_addresses()
    {
        var (address, _) = DeclareTwo();
        var listed = Put("mine", Annotations.ManagedBy, "far", address);
        var other = Put(Name, Annotations.ManagedBy, "far", "192.0.2.7");
        var lost = Put("lost", Annotations.ManagedBy, "gone", "192.0.2.8");

        var one = Start();

        await UntilAsync(() => Ready("far-health-ipv4-1").Count() == 2, "both addresses are in an own slice");
        await UntilAsync(() => Foreign(one) == 3, "all of them are counted");
        await UntilAsync(() => Server.Store.List("events", "shop").Count(IsAboutForeign) == 3, "and reported, once");
        Endpoints.Fail(0);
        await UntilAsync(() => Ready("far-health-ipv4-1").Count() == 1, "a failing address is removed");
        Find("mine")!.ToJsonString().ShouldBe(listed.ToJsonString());
        Find(Name)!.ToJsonString().ShouldBe(other.ToJsonString());
        Find("lost")!.ToJsonString().ShouldBe(lost.ToJsonString());

        Server.Store.Remove("endpointslices", "shop", "mine");
        await UntilAsync(() => Foreign(one) == 2, "a deleted one does not count");
    }

    [Test]
    public async Task Without_health_checks_a_foreign_slice_is_not_made_ready()
    {
        var foreign = Put("mine", Annotations.ManagedBy, "far", "192.0.2.7", ready: false);
        PutService("far", "shop", null, Endpoints.Port, (Annotations.Enabled, "false"));

        var one = Start();

        await UntilAsync(() => Foreign(one) == 1, "it is found");
        await NeverAsync(() => Find("mine")!.ToJsonString() != foreign.ToJsonString(), "its state is another client's decision");
    }

    [Test]
    public async Task The_slices_of_a_recreated_Service_get_it_as_their_owner()
    {
        DeclareTwo();
        Start();
        await UntilAsync(() => Ready(Name).Count() == 2, "both are published");
        Server.Store.Remove("services", "shop", "far");

        DeclareTwo();

        var uid = Server.Store.Find("services", "shop", "far")!["metadata"]!["uid"]!.GetValue<string>();
        await UntilAsync(
            () => Find(Name)!["metadata"]!["ownerReferences"]![0]!["uid"]!.GetValue<string>() == uid,
            "the garbage collector deletes slices of the earlier one");
        Ready(Name).Count().ShouldBe(2);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_series_of_a_Service_end_with_its_health_checks(bool deleted)
    {
        Deploy(3);
        var one = Start();
        await AskedAsync(3, 2);
        Endpoints.Fail(0);
        await UntilAsync(() => !Serves(0), "the failing pod is removed");
        await UntilAsync(() => one.Host.WriteMetrics().Contains("dns_updates_total{"), "it has series");

        if (deleted)
        {
            Server.Store.Remove("services", "shop", "web");
        }
        else
        {
            PutService("web", "shop", new JsonObject { ["app"] = "web" }, Endpoints.Port, (Annotations.Enabled, "false"));
        }

        await UntilAsync(() => Serves(0), "its label comes back");
        await UntilAsync(() => !one.Host.WriteMetrics().Contains("service=\"web\""), "no series is left");
        await NeverAsync(() => one.Host.WriteMetrics().Contains("service=\"web\""), "and none comes back", seconds: 1);
    }

    private (string, string) DeclareTwo()
    {
        var (first, second) = (Endpoints.Address(0).ToString(), Endpoints.Address(1).ToString());
        PutService("far", "shop", null, Endpoints.Port,
            (Annotations.Removal, "endpoint-slices"), (Annotations.Addresses, $"{first},{second}"));
        return (first, second);
    }

    /// <summary>A slice as another client or a person writes it.</summary>
    private JsonObject Put(string name, string managedBy, string service, string address, bool ready = true) =>
        Server.Store.Put("endpointslices", new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = "shop",
                ["labels"] = new JsonObject { [ManagedBy] = managedBy, ["kubernetes.io/service-name"] = service },
            },
            ["addressType"] = "IPv4",
            ["endpoints"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(address),
                ["conditions"] = new JsonObject { ["ready"] = ready },
            }),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "", ["port"] = Endpoints.Port, ["protocol"] = "TCP" }),
        });

    private JsonObject? Find(string name) => Server.Store.Find("endpointslices", "shop", name);

    private IEnumerable<string> Ready(string name) => (Find(name)?["endpoints"]!.AsArray() ?? [])
        .Where(endpoint => endpoint!["conditions"]!["ready"]!.GetValue<bool>())
        .Select(endpoint => endpoint!["addresses"]![0]!.GetValue<string>());

    private static bool IsAboutForeign(JsonObject item) => item["reason"]!.GetValue<string>() == "ForeignEndpointSlice";

    private string Event(string reason) => Server.Store.List("events", "shop")
        .First(item => item["reason"]!.GetValue<string>() == reason)["message"]!.GetValue<string>();

    private static int Foreign(RunningController controller) => controller.Host.WriteMetrics().Split('\n')
        .Where(line => line.StartsWith("dns_health_controller_foreign_endpointslices ", StringComparison.Ordinal))
        .Select(line => int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)).SingleOrDefault();
}
