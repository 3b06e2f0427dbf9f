namespace PlatformGitOps.Generator.Schema;

/// <summary>Shapes of chart values and Kubernetes objects, named as in the Kubernetes API (core/v1, policy/v1).</summary>
public static partial class ValueShapes
{
    public static readonly Shape Text = new LeafShape("a text", scalar => scalar.IsString);

    /// <summary>A text or a number, for templates that accept both, for example a plugin's parameters.</summary>
    public static readonly Shape TextOrNumber = new LeafShape("a text or a number", scalar => scalar.IsString
        || ScalarKind.IsInteger(scalar));

    public static readonly Shape Whole = new LeafShape("a whole number", ScalarKind.IsInteger);

    public static readonly Shape Switch = new LeafShape("true or false", ScalarKind.IsBoolean);

    public static readonly Shape IntegerOrPercent = new LeafShape("a whole number or a percentage such as 25%", IsIntegerOrPercent);

    public static readonly Shape Address =
        new LeafShape("an IP address", scalar => IPAddress.TryParse(scalar.Value, out var address) && address.ToString() == scalar.Value);

    public static readonly Shape Range = new LeafShape("an address range such as 10.244.0.0/16", scalar =>
        Cidr.TryParse(scalar.Value, out _, out _));

    public static readonly Shape Quantity =
        new LeafShape("a quantity such as 100m or 128Mi", scalar => Values.Quantity.TryParse(scalar.Value, out _, out _));

    public static readonly Shape Duration =
        new LeafShape("a duration such as 30s", scalar => scalar.Value.Length == 0 || Values.Duration.TryParse(scalar.Value, out _, out _));

    /// <summary>Prometheus's format, with days, weeks and years; the API server accepts only a text.</summary>
    public static readonly Shape PrometheusDuration = new LeafShape("a duration of Prometheus such as 5m or 1d", scalar =>
        scalar.IsString && PrometheusDurationForm().IsMatch(scalar.Value));

    /// <summary>Labels and annotations.</summary>
    public static readonly Shape Texts = new FreeShape(Text);

    /// <summary>A value that a chart passes to Kubernetes unread.</summary>
    public static readonly Shape Anything = new AnyShape();

    public static readonly Shape Resources = Of(("limits", new FreeShape(Quantity)), ("requests", new FreeShape(Quantity)),
        ("claims", Anything));

    public static readonly Shape Tolerations =
        ListOf(Of(("key", Text), ("operator", Text), ("value", Text), ("effect", Text), ("tolerationSeconds", Whole)));

    public static readonly Shape Selector = Of(
        ("matchLabels", Texts),
        ("matchExpressions", ListOf(Of(("key", Text), ("operator", Text), ("values", ListOf(Text))))));

    public static readonly Shape Spread = ListOf(Of(
        ("maxSkew", Whole),
        ("topologyKey", Text),
        ("whenUnsatisfiable", Text),
        ("labelSelector", Selector),
        ("matchLabelKeys", ListOf(Text)),
        ("minDomains", Whole),
        ("nodeAffinityPolicy", Text),
        ("nodeTaintsPolicy", Text)));

    private static readonly Shape Profile = Of(("type", Text), ("localhostProfile", Text));

    public static readonly Shape PodSecurity = Of(
        ("runAsNonRoot", Switch),
        ("runAsUser", Whole),
        ("runAsGroup", Whole),
        ("fsGroup", Whole),
        ("fsGroupChangePolicy", Text),
        ("supplementalGroups", ListOf(Whole)),
        ("supplementalGroupsPolicy", Text),
        ("seccompProfile", Profile),
        ("appArmorProfile", Profile),
        ("seLinuxOptions", Anything),
        ("sysctls", Anything),
        ("windowsOptions", Anything));

    public static readonly Shape ContainerSecurity = Of(
        ("allowPrivilegeEscalation", Switch),
        ("privileged", Switch),
        ("readOnlyRootFilesystem", Switch),
        ("capabilities", Of(("add", ListOf(Text)), ("drop", ListOf(Text)))),
        ("runAsNonRoot", Switch),
        ("runAsUser", Whole),
        ("runAsGroup", Whole),
        ("procMount", Text),
        ("seccompProfile", Profile),
        ("appArmorProfile", Profile),
        ("seLinuxOptions", Anything),
        ("windowsOptions", Anything));

    public static readonly Shape DisruptionBudget = Of(
        ("selector", Selector),
        ("minAvailable", IntegerOrPercent),
        ("maxUnavailable", IntegerOrPercent),
        ("unhealthyPodEvictionPolicy", Text));

    /// <summary>A mapping with these keys.</summary>
    public static ObjectShape Of(params ReadOnlySpan<(string Name, Shape Shape)> keys)
    {
        var known = new List<Key>();
        foreach (var (name, shape) in keys)
        {
            known.Add(new Key(name, shape));
        }

        return new ObjectShape([.. known]);
    }

    public static ListShape ListOf(Shape item) => new(item);

    // The pattern in the CRD of PrometheusRule (monitoring.coreos.com/v1).
    [GeneratedRegex(@"\A(0|(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex PrometheusDurationForm();

    private static bool IsIntegerOrPercent(Scalar scalar) =>
        ScalarKind.IsInteger(scalar)
        || (scalar.Value is { Length: > 1 } text && text[^1] == '%' && text.AsSpan(..^1).ContainsAnyExceptInRange('0', '9') is false);
}
