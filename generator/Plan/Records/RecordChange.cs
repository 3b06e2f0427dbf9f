using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>
/// What happens to the records of one External-DNS (0.22: plan.go, registry/txt and the filters of endpoint/domain_filter.go). It deletes
/// only with the policy sync, and only records with its owner id and TXT prefix, in its filters and zones, for which there is no object. It
/// does not change records that it does not see or own.
/// </summary>
internal sealed class RecordChange
{
    private readonly RecordWriter _before;
    private readonly ClusterRecords _cluster;
    private readonly IReadOnlyDictionary<string, ClusterRecords> _clusters;
    private readonly KnownRecords _known;
    private readonly RecordWriter[] _there;
    private readonly RecordWriter? _itself;

    /// <param name="before">The running instance.</param>
    /// <param name="clusters">By name; that of the instance among them.</param>
    /// <param name="there">The new instances of all clusters that write to its place.</param>
    public RecordChange(
        RecordWriter before, IReadOnlyDictionary<string, ClusterRecords> clusters, IEnumerable<RecordWriter> there)
    {
        (_before, _clusters, _cluster) = (before, clusters, clusters[before.Cluster]);
        _known = KnownRecords.Of(_cluster.Backup, _cluster.BackedUp, before, _cluster.Before.Writers);
        _itself = _cluster.After.Writers.FirstOrDefault(writer => writer.Name == before.Name);
        // Its own successor comes first, then those of its cluster.
        _there = [.. there.Where(writer => writer.IsAt(before)).OrderByDescending(writer => writer == _itself)
            .ThenByDescending(writer => writer.Cluster == before.Cluster)];
    }

    /// <summary>The losses, in the order of severity.</summary>
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

    /// <summary>The data that a backup of the instance needs besides the cluster.</summary>
    private string Exports() => _before.IsRfc2136 ? "" : $" with each zone as the provider exports it ({ExportedZone.Option})";

    /// <summary>The effects of the settings, without reading any name.</summary>
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

        // Other providers replace the text of the former owner; an update of RFC 2136 keeps it with the new one.
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

    /// <summary>What happens to one name; null if it does not change.</summary>
    private (Shift Shift, RecordFate Fate)? Of(string name, Shift[] shifts)
    {
        var wasAsked = Asked(_before, after: false).Contains(name);
        var isKnown = _known.Has(name) && _known.AreOf(_before, name);
        // An object without a record is not lost if nothing is written; a record that is being deleted anyway is not lost now.
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
            // To keep the records of deleted objects, the user has chosen a policy that does so.
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
    /// True if no other names can be affected. Names without an object are only in the zones of a backup, which do not have the texts of
    /// former owners.
    /// </summary>
    private bool IsCounted(Shift shift) =>
        shift.Cause == RecordCause.Objects || (CanBeCounted(shift.Cause) && IsBackedUp(shift));

    /// <summary>True if a backup, or a newer one, would have more of the names.</summary>
    private bool IsCountable(Shift shift) => CanBeCounted(shift.Cause) && !IsBackedUp(shift);

    private bool CanBeCounted(RecordCause cause) =>
        cause != RecordCause.Arguments && !(_before.IsRfc2136 && _before.FormerOwner is not null);

    /// <summary>
    /// True if the backup read all objects of the instance, and its records in its zones. Without zone transfers the objects are enough if
    /// every record has one; records that a change to sync deletes have none.
    /// </summary>
    private bool IsBackedUp(Shift shift) => _cluster.BackedUp.HaveObjectsOf(_before)
        && ((!_before.IsRfc2136 && shift.Cause != RecordCause.Deletion)
            || (_cluster.BackedUp.HaveZonesOf(_before) && _known.Cover(_before, shift.Scope)));

    /// <summary>A setting that removes names from the instance.</summary>
    /// <param name="Cause">The setting.</param>
    /// <param name="Scope">The names that it may affect.</param>
    /// <param name="Writer">The new writer of these names; null if absent.</param>
    private sealed record Shift(RecordCause Cause, DomainScope Scope, RecordWriter? Writer);
}
