using PlatformGitOps.Controller.Election;
using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Tests.Model;

/// <summary>A fault that must break an invariant, to prove that the invariant is checked.</summary>
internal enum PlantedFault
{
    None,

    /// <summary>Reads return old state, so that checks before a removal are worthless.</summary>
    BlindReads,

    /// <summary>Restores are reported as written, but are not.</summary>
    ForgottenReturns,

    /// <summary>No pause between writes to one pod.</summary>
    NoPause,
}

/// <summary>
/// A cluster in memory, its watches, and one instance of the real reconciler and writer at a time. Each step is one number: time passes,
/// events are delivered or not, a request is answered or lost before or after its execution, an endpoint fails or recovers, a pod is added,
/// deleted or changed, a Service changes, the instance crashes. Every write checks the invariants.
/// </summary>
internal sealed class ModelCluster : IProber
{
    private const string First = Annotations.DefaultServeLabel, Second = Annotations.DefaultServeLabel + "-2";

    private readonly Random _random;
    private readonly ManualTime _time = new();
    private readonly Dictionary<string, V1Service> _services = new(StringComparer.Ordinal);
    private readonly HashSet<(string Service, string Address)> _failing = [];
    private readonly Queue<Action> _undelivered = new();
    private ModelInstance _instance;
    private long _version = 100;
    private int _names;

    public ModelCluster(int seed, PlantedFault fault)
    {
        (_random, Planted) = (new Random(seed), fault);
        for (var i = _random.Next(1, 13); i > 0; i--)
        {
            AddPod();
        }

        for (var i = _random.Next(1, 7); i > 0; i--)
        {
            PutService($"s{i}");
        }

        _instance = StartInstance();
    }

    /// <summary>The pods of the cluster by name.</summary>
    internal Dictionary<string, V1Pod> Pods { get; } = new(StringComparer.Ordinal);

    internal PlantedFault Planted { get; }

    /// <summary>The number of writes by this controller, to all pods.</summary>
    public int Writes { get; private set; }

    public void Step(int number)
    {
        switch (number % 20)
        {
            case < 6:
                Pass(TimeSpan.FromMilliseconds(500 + (number * 7 % 2500)));
                break;
            case < 9:
                Deliver(1 + (number % 4));
                break;
            case < 13:
                Answer(number / 20 % 8);
                break;
            case < 16:
                Flip(number);
                break;
            case 16:
                Pass(TimeSpan.FromMinutes(5));
                break;
            case 17 when !_instance.IsWriting:
                ChangePods(number / 20);
                break;
            case 18 when !_instance.IsWriting:
                PutService($"s{1 + (number / 20 % 6)}");
                break;
            case 19 when number / 20 % 8 == 0:
                Crash(number);
                break;
        }
    }

    /// <summary>Without further faults, and with healthy endpoints for as long as damping lasts, everything must be in DNS.</summary>
    public void Settle(bool released)
    {
        _failing.Clear();
        foreach (var name in released ? [.. _services.Keys] : Array.Empty<string>())
        {
            Put(new V1Service { Metadata = Meta(name, "uid-" + name), Spec = _services[name].Spec });
        }

        foreach (var pod in Pods.Values.Where(pod => pod.ConditionStatus("ContainersReady") != "True").ToArray())
        {
            Put(pod, pod.Metadata.Labels, pod.Metadata.Annotations, pod.ConditionStatus(Annotations.GateCondition) == "True", true);
        }

        for (var i = 0; i < 240; i++)
        {
            Deliver(int.MaxValue);
            while (_instance.Requests.Count > 0)
            {
                Answer(0);
            }

            Pass(TimeSpan.FromSeconds(3)); // Damping ends ten minutes after the last removal.
        }

        foreach (var pod in Pods.Values)
        {
            var gate = pod.ConditionStatus(Annotations.GateCondition);
            (pod.GetLabel(First), pod.GetLabel(Second), gate, pod.GetAnnotation(Annotations.Removed)).ShouldBe(
                ("true", "true", "True", null), $"{pod.Metadata.Name} is healthy and not back");
        }
    }

    public Task<ProbeResult> ProbeAsync(ProbeTarget target, CancellationToken cancellationToken) => Task.FromResult(new ProbeResult
    {
        Healthy = !_failing.Contains((target.Path, target.Address.Address.ToString())),
        Detail = "model",
        Started = _time.Elapsed,
        Completed = _time.Elapsed,
    });

    private void Pass(TimeSpan time)
    {
        _time.Advance(time);
        _instance.RunPass();
        // Probe results of this pass are used in the next one.
        _instance.RunPass();
    }

    private void Deliver(int most)
    {
        for (; most > 0 && _undelivered.TryDequeue(out var deliver); most--)
        {
            deliver();
        }

        _instance.RunPass();
    }

    /// <summary>Half of all requests succeed at once; others are refused, or lost before or after their execution.</summary>
    private void Answer(int how)
    {
        if (_instance.Requests.TryDequeue(out var request))
        {
            request(how switch
            {
                < 5 => RequestOutcome.Answered,
                5 => RequestOutcome.Refused,
                6 => RequestOutcome.Lost,
                _ => RequestOutcome.LostAfterwards,
            });
            _instance.RunPass();
        }
    }

    private void Flip(int number)
    {
        var pods = Pods.Values.ToArray();
        var names = _services.Keys.ToArray();
        if (pods.Length > 0 && names.Length > 0)
        {
            var key = ($"/{names[number / 20 % names.Length]}", pods[number / 160 % pods.Length].Status.PodIP);
            if (!_failing.Remove(key))
            {
                _failing.Add(key);
            }
        }
    }

    private void ChangePods(int number)
    {
        var pod = Pods.Values.Skip(number % 12).FirstOrDefault();
        if (pod is null && Pods.Count < 12)
        {
            AddPod();
        }
        else if (pod is not null && number % 3 == 0)
        {
            Pods.Remove(pod.Metadata.Name);
            Send(instance => instance.Reconciler.Enqueue(new Delta<V1Pod>.Absent(pod.FullName())));
        }
        else if (pod is not null)
        {
            Put(pod, pod.Metadata.Labels, pod.Metadata.Annotations, pod.ConditionStatus(Annotations.GateCondition) == "True",
                pod.ConditionStatus("ContainersReady") != "True");
        }
    }

    private void Crash(int number)
    {
        // Running requests are executed or not, without an answer.
        while (_instance.Requests.TryDequeue(out var request))
        {
            request(number % 3 == 0 ? RequestOutcome.LostAfterwards : RequestOutcome.Lost);
        }

        _instance.IsDead = true;
        _instance = StartInstance();
    }

    private ModelInstance StartInstance()
    {
        _undelivered.Clear();
        var pause = TimeSpan.FromSeconds(Planted == PlantedFault.NoPause ? 0 : 1);
        var instance = new ModelInstance(this, _time, new GuardOptions { BetweenWrites = pause });
        foreach (var service in _services.Values)
        {
            instance.Reconciler.Enqueue(new Delta<V1Service>.Present(service, _time.GetTimestamp()));
        }

        foreach (var pod in Pods.Values)
        {
            instance.Reconciler.Enqueue(new Delta<V1Pod>.Present(pod, _time.GetTimestamp()));
        }

        foreach (var role in (Role[])(_random.Next(2) == 0 ? [Role.Candidate, Role.Leader] : [Role.Leader]))
        {
            instance.Reconciler.EnqueueRole(role);
            instance.RunPass();
        }

        return instance;
    }

    private void Send(Action<ModelInstance> delta) => _undelivered.Enqueue(() => delta(_instance));

    private V1ObjectMeta Meta(string name, string uid) => new()
    {
        Name = name,
        NamespaceProperty = "shop",
        Uid = uid,
        ResourceVersion = $"{++_version}",
    };

    private void AddPod()
    {
        var name = $"p{++_names}";
        var labels = new Dictionary<string, string> { ["app"] = _random.Next(2) == 0 ? "a" : "b", [First] = "true", [Second] = "true" };
        Put(new V1Pod { Metadata = Meta(name, $"uid-{name}"), Status = new V1PodStatus { PodIP = $"10.1.0.{_names % 250}" } },
            labels, null, true, true);
    }

    private V1Pod Put(
        V1Pod old, IDictionary<string, string> labels, IDictionary<string, string>? annotations, bool gate, bool containersReady)
    {
        var meta = Meta(old.Metadata.Name, old.Metadata.Uid);
        (meta.Labels, meta.Annotations) = (labels, annotations);
        var pod = ModelObjects.Pod(meta, old.Status.PodIP, gate, containersReady);
        Pods[meta.Name] = pod;
        Send(instance => instance.Reconciler.Enqueue(new Delta<V1Pod>.Present(pod)));
        return pod;
    }

    private void PutService(string name)
    {
        var selector = new Dictionary<string, string> { ["app"] = _random.Next(3) == 0 ? "b" : "a" };
        var label = (string?[])[First, Second, null];
        var method = _random.Next(4);
        if (label[method % 3] is { } serve)
        {
            selector[serve] = "true";
        }

        var service = new V1Service
        {
            Metadata = Meta(name, "uid-" + name),
            Spec = new V1ServiceSpec { Selector = selector, Ports = [new V1ServicePort { Port = 80 }] },
        };
        if (method < 3)
        {
            service.Metadata.Annotations = new Dictionary<string, string>
            {
                [Annotations.Enabled] = "true",
                [Annotations.Path] = "/" + name,
                [Annotations.Removal] = method == 2 ? "readiness-gate" : "serve-label",
                [Annotations.ServeLabel] = label[method] ?? First,
                [Annotations.MinHealthy] = _random.Next(2) == 0 ? "1" : "50%",
            };
            ModelObjects.Vary(service.Metadata.Annotations, _random);
        }

        Put(service);
    }

    private void Put(V1Service service)
    {
        _services[service.Metadata.Name] = service;
        Send(instance => instance.Reconciler.Enqueue(new Delta<V1Service>.Present(service)));
    }

    /// <summary>The API server's patch of a pod, with the invariants of each write.</summary>
    internal V1Pod Patch(ModelInstance by, ObjectName name, V1Patch patch)
    {
        var body = JsonNode.Parse((string)patch.Content)!;
        if (!Pods.TryGetValue(name.Name, out var pod))
        {
            throw new ApiException(HttpStatusCode.NotFound, "not found");
        }

        if (pod.Metadata.Uid != (string?)body["metadata"]!["uid"]
            || pod.Metadata.ResourceVersion != (string?)body["metadata"]!["resourceVersion"])
        {
            throw new ApiException(HttpStatusCode.Conflict, "modified");
        }

        var labels = new Dictionary<string, string>(pod.Metadata.Labels);
        var annotations = new Dictionary<string, string>(pod.Metadata.Annotations ?? new Dictionary<string, string>());
        ModelObjects.Merge(labels, body["metadata"]!["labels"]);
        ModelObjects.Merge(annotations, body["metadata"]!["annotations"]);
        var gate = body["status"]?["conditions"]?[0]?["status"] is { } status
            ? (string?)status == "True"
            : pod.ConditionStatus(Annotations.GateCondition) == "True";
        var removes = labels.Count < pod.Metadata.Labels.Count || !gate;
        if (!removes && Planted == PlantedFault.ForgottenReturns)
        {
            return pod;
        }

        var before = _services.Values.Where(service => Pods.Values.Any(p => EndpointResolver.Serves(service, p))).ToArray();
        if (by.WrittenAt.TryGetValue(name.Name, out var last))
        {
            (_time.Elapsed - last).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(100), $"{name} is written again and again");
        }

        by.WrittenAt[name.Name] = _time.Elapsed;
        Writes++;
        var patched = Put(pod, labels, annotations, gate, pod.ConditionStatus("ContainersReady") == "True");
        foreach (var service in before)
        {
            Pods.Values.Any(p => EndpointResolver.Serves(service, p))
                .ShouldBeTrue($"{service.Metadata.Name} had an endpoint until {name} was written");
        }

        return patched;
    }
}
