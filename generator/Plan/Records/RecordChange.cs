using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>
/// What becomes of the records of one External-DNS (0.22: plan.go, registry/txt and the filters of endpoint/domain_filter.go). It deletes
/// with the policy sync alone, and only what its owner id has, its TXT prefix finds, its filters and zones hold and no object asks for.
/// Whatever it does not see, or does not own, it leaves as it is.
/// </summary>
internal sealed class RecordChange
{
    private readonly RecordWriter _before;
    private readonly ClusterRecords _cluster;
    private readonly IReadOnlyDictionary<string, ClusterRecords> _clusters;
    private readonly KnownRecords _known;
    private readonly RecordWriter[] _there;
    private readonly RecordWriter? _itself;

    /// <param name="before">As it runs.</param>
    /// <param name="clusters">By name; that of the instance among them.</param>
    /// <param name="after">What writes afterwards in all of them, by place.</param>
    public RecordChange(
        RecordWriter before, IReadOnlyDictionary<string, ClusterRecords> clusters, ILookup<string, RecordWriter> after)
    {
        (_before, _clusters, _cluster) = (before, clusters, clusters[before.Cluster]);
        _known = KnownRecords.Of(_cluster.Backup, _cluster.BackedUp, before, _cluster.Before.Writers);
        _itself = _cluster.After.Writers.FirstOrDefault(writer => writer.Name == before.Name);
        // Its own successor is asked first, then those of its cluster.
        _there = [.. after[before.Place].Where(writer => writer.IsAt(before)).OrderByDescending(writer => writer == _itself)
            .ThenByDescending(writer => writer.Cluster == before.Cluster)];
    }

    /// <summary>What leaves, in the order of severity.</summary>
    public IEnumerable<RecordLoss> Losses()
    {
        if (!_before.Reads)
        {
            return []; // It made records and has not looked at them since.
        }

        var shifts = Shifts().ToArray();
        var names = Names().ToLookup(name => name.Shift, name => (name.Fate, name.Name));
        return
        [
            .. from shift in shifts.Concat(names.Select(found => found.Key).Except(shifts))
               group shift by (shift.Cause, shift.Writer) into same
               from loss in Losses([.. same], [.. same.SelectMany(shift => names[shift])])
               orderby loss.Fate, loss.Cause
               select loss,
        ];

        IEnumerable<(Shift Shift, RecordFate Fate, string Name)> Names() =>
            from name in _known.Names.Union(Asked(_before, after: false)).Where(_before.Holds).Order(StringComparer.Ordinal)
            let found = Of(name, shifts)
            where found is not null
            select (found.Value.Shift, found.Value.Fate, name);
    }

    private IEnumerable<RecordLoss> Losses(Shift[] shifts, (RecordFate Fate, string Name)[] names)
    {
        var (first, isCounted, isCountable) = (shifts[0], shifts.All(IsCounted), shifts.Any(IsCountable));
        foreach (var fate in names.Select(name => name.Fate).Append(Fate(first)).Distinct())
        {
            var listed = names.Where(name => name.Fate == fate).Select(name => name.Name).Distinct().ToImmutableArray();
            if (!listed.IsEmpty || (!isCounted && fate == Fate(first)))
            {
                yield return new RecordLoss(_before.Cluster, _before.Name, first.Cause, fate)
                {
                    Which = string.Join(", ", shifts.Select(shift => shift.Scope.ToString()).Distinct()),
                    Why = RecordWords.Why(first.Cause, fate, _before, first.Writer ?? _itself),
                    Fix = RecordWords.Fix(first.Cause, _before, first.Writer ?? _itself)
                        + (isCountable && _cluster.Backup is not null
                            ? $" The backup did not read all of them: make a new one{Exports()}." : ""),
                    Names = listed,
                    IsCounted = isCounted,
                    IsCountable = isCounted || isCountable,
                };
            }
        }
    }

    /// <summary>What a backup of the instance needs beside the cluster.</summary>
    private string Exports() => _before.IsRfc2136 ? "" : $" with each zone as the provider exports it ({ExportedZone.Option})";

    /// <summary>What the settings do, without a look at any name.</summary>
    private IEnumerable<Shift> Shifts()
    {
        var reading = _there.Where(writer => writer.HasZonesOf(_before)).ToArray();
        var cause = _there.Length > 0 ? _before.IsRfc2136 ? RecordCause.Domains : RecordCause.Zones
            : _itself is null ? RecordCause.Instance : RecordCause.Place;
        return reading.Length == 0 ? _before.Scopes.Select(scope => new Shift(cause, scope, null))
            : _before.Scopes.SelectMany(scope => Shifts(scope, reading));
    }

    private IEnumerable<Shift> Shifts(DomainScope scope, RecordWriter[] reading)
    {
        var covering = reading.Where(writer => writer.Holds(scope.Domain)).ToArray();
        if (covering.Length == 0)
        {
            var inner = reading.SelectMany(writer => writer.Scopes).Select(part => part.Domain)
                .Where(domain => DomainScope.IsBelow(domain, scope.Domain) && scope.Holds(domain)).Distinct().ToArray();
            return inner.SelectMany(domain => Shifts(new DomainScope(domain, []), reading))
                .Prepend(new Shift(RecordCause.Domains, scope with { Without = [.. scope.Without, .. inner] }, null));
        }

        var holes = covering.SelectMany(writer => writer.Excluded)
            .Where(domain => scope.Holds(domain) && !reading.Any(writer => writer.Holds(domain))).Distinct();
        return holes.Select(domain => new Shift(RecordCause.Domains, new DomainScope(domain, []), null))
            .Concat(Settings(covering).Select(pair => new Shift(pair.Cause, scope, pair.Writer)));
    }

    private IEnumerable<(RecordCause Cause, RecordWriter Writer)> Settings(RecordWriter[] covering)
    {
        var owner = covering.FirstOrDefault(writer => writer.TxtPrefix == _before.TxtPrefix && writer.Takes(_before.Owner));
        if (owner is null)
        {
            yield return (covering[0].TxtPrefix != _before.TxtPrefix ? RecordCause.TxtPrefix : RecordCause.Owner, covering[0]);
            yield break;
        }

        // Other providers replace the text of the former owner; an update of RFC 2136 leaves it beside the new one.
        if (_before is { IsRfc2136: true, FormerOwner: { } former } && !owner.Takes(former))
        {
            yield return (RecordCause.FormerOwner, owner);
        }

        if (owner.Cluster != _before.Cluster)
        {
            yield return (RecordCause.Cluster, owner);
        }

        if (owner.AnnotationPrefix != _before.AnnotationPrefix)
        {
            yield return (RecordCause.AnnotationPrefix, owner);
        }

        if (_before.Sources.Except(owner.Sources).Any())
        {
            yield return (RecordCause.Sources, owner);
        }

        var other = covering.Where(writer => writer.TxtPrefix == _before.TxtPrefix && writer.Takes(_before.Owner)
            && !writer.Others.SequenceEqual(_before.Others)).OrderByDescending(writer => writer.Deletes).FirstOrDefault();
        if (other is not null)
        {
            yield return (RecordCause.Arguments, other);
        }

        if (owner.Deletes && !_before.Deletes)
        {
            yield return (RecordCause.Deletion, owner);
        }
    }

    /// <summary>What becomes of one name; null where it stays as it was.</summary>
    private (Shift Shift, RecordFate Fate)? Of(string name, Shift[] shifts)
    {
        var wasAsked = Asked(_before, after: false).Contains(name);
        var isKnown = _known.Has(name) && _known.AreOf(_before, name);
        // An object alone is not a record where nothing is written, and what is being deleted is not lost now.
        if (!isKnown && (!wasAsked || _before.DryRun) || (!wasAsked && _before.Deletes))
        {
            return null;
        }

        var owners = _there.Where(writer => writer.HasZonesOf(_before) && writer.Holds(name)
            && (isKnown ? _known.AreOf(writer, name) : writer.TxtPrefix == _before.TxtPrefix && writer.Takes(_before.Owner))).ToArray();
        if (owners.Length == 0)
        {
            return (First(shift => shift.Cause < RecordCause.AnnotationPrefix), RecordFate.Left);
        }

        var blind = owners.Where(writer => !Asked(writer, after: true).Contains(name)).ToArray();
        var isDeleted = blind.Any(writer => writer.Deletes);
        if (!isDeleted && (!wasAsked || blind.Length < owners.Length))
        {
            return null;
        }

        var fate = isDeleted ? RecordFate.Removed : RecordFate.Unfollowed;
        if (!wasAsked)
        {
            return (First(shift => shift.Cause == RecordCause.Deletion), fate);
        }

        var asksStill = _cluster.After.Objects.Names(_before).Contains(name);
        return asksStill
                ? (First(shift => shift.Cause is >= RecordCause.AnnotationPrefix and <= RecordCause.Cluster), fate)
            // Whoever keeps the records of objects that go has chosen a policy that does so.
            : isDeleted ? (new Shift(RecordCause.Objects, ScopeOf(name), null), fate)
            : null;

        Shift First(Func<Shift, bool> isIt) => shifts.FirstOrDefault(shift => shift.Scope.Holds(name) && isIt(shift))
            ?? new Shift(RecordCause.Objects, ScopeOf(name), null);
    }

    private DomainScope ScopeOf(string name) => _before.Scopes.First(scope => scope.Holds(name));

    private IReadOnlySet<string> Asked(RecordWriter writer, bool after) =>
        (after ? _clusters[writer.Cluster].After : _clusters[writer.Cluster].Before).Objects.Names(writer);

    private static RecordFate Fate(Shift shift) => shift.Cause < RecordCause.AnnotationPrefix ? RecordFate.Left
        : shift.Writer?.Deletes != false ? RecordFate.Removed : RecordFate.Unfollowed;

    /// <summary>
    /// True where no other names can be concerned. What no object asks for is in the zones of a backup alone, and the texts of former
    /// owners are not in it.
    /// </summary>
    private bool IsCounted(Shift shift) =>
        shift.Cause == RecordCause.Objects || (CanBeCounted(shift.Cause) && IsBackedUp(shift));

    /// <summary>True where a backup, or a newer one, would have more of the names.</summary>
    private bool IsCountable(Shift shift) => CanBeCounted(shift.Cause) && !IsBackedUp(shift);

    private bool CanBeCounted(RecordCause cause) =>
        cause != RecordCause.Arguments && !(_before.IsRfc2136 && _before.FormerOwner is not null);

    /// <summary>
    /// True where the backup read all objects that ask the instance, and what it owns in its zones. Of a provider without transfers the
    /// objects count where every record has one; what a change to sync deletes has none.
    /// </summary>
    private bool IsBackedUp(Shift shift) => _cluster.BackedUp.HaveObjectsOf(_before)
        && ((!_before.IsRfc2136 && shift.Cause != RecordCause.Deletion)
            || (_cluster.BackedUp.HaveZonesOf(_before) && _known.Cover(_before, shift.Scope)));

    /// <summary>A setting that takes names away from the instance.</summary>
    /// <param name="Cause">Which.</param>
    /// <param name="Scope">The names that it may concern.</param>
    /// <param name="Writer">What reads and writes them afterwards; null where nothing does.</param>
    private sealed record Shift(RecordCause Cause, DomainScope Scope, RecordWriter? Writer);
}
