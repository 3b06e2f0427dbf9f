using PlatformGitOps.Generator.Commands;

namespace PlatformGitOps.Generator.Tests.Commands;

public sealed class ProgressTests
{
    [Test]
    public void A_command_says_after_two_seconds_what_it_is_doing_and_again_every_five()
    {
        using var output = new StringWriter();
        var time = new Hand();
        using var progress = new Progress(output, time);
        progress.Begin("reading platform.yaml");
        progress.Begin("checking the tree of 3 clusters");
        time.Pass(seconds: 2);
        progress.Begin("writing");
        time.Pass(seconds: 5);

        output.ToString().ReplaceLineEndings("\n").ShouldBe("... checking the tree of 3 clusters (2 s)\n... writing (7 s)\n");
        time.Periods.ShouldBe((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)));
        progress.Dispose();
        time.Pass(seconds: 5);
        output.ToString().ShouldNotContain("12 s");
    }

    [TestCase(true)]
    [TestCase(false)]
    public void It_says_nothing_where_the_output_is_not_a_terminal(bool wanted)
    {
        using var output = new StringWriter();
        var time = new Hand();
        using var progress = Progress.On(output, wanted, time);
        progress.Begin("reading platform.yaml");
        time.Pass(seconds: 2);

        output.ToString().ShouldBeEmpty();
    }

    /// <summary>A clock that is moved by hand; its one timer is due whenever it is moved.</summary>
    private sealed class Hand : TimeProvider
    {
        private long _now;
        private Action _due = () => { };

        public (TimeSpan First, TimeSpan Next) Periods { get; private set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now;

        public void Pass(int seconds)
        {
            _now += seconds;
            _due();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Periods = (dueTime, period);
            _due = () => callback(state);
            return new Due(this);
        }

        private sealed class Due(Hand hand) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => hand._due = () => { };

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
