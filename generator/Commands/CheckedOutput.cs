namespace PlatformGitOps.Generator.Commands;

/// <summary>The output cannot be written: its disk is full, for example.</summary>
internal sealed class OutputException(IOException cause)
    : Exception($"The output cannot be written: {cause.Message.TrimEnd('.')}. What the command changed on disk is not undone; free "
        + "space or write the output elsewhere, and run the command again.", cause);

/// <summary>Gives a failed write of the output an exception of its own: a file of the tree fails with the same ones.</summary>
internal sealed class CheckedOutput(TextWriter output) : TextWriter(output.FormatProvider)
{
    /// <summary>True for the console's.</summary>
    public bool IsConsole => ReferenceEquals(output, Console.Out);

    public override Encoding Encoding => output.Encoding;

    public override string NewLine => output.NewLine;

    public override void Write(char value) => Try(() => output.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => output.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => output.Write(value));

    public override void WriteLine(string? value) => Try(() => output.WriteLine(value));

    public override void Flush() => Try(output.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException exception)
        {
            throw new OutputException(exception);
        }
    }
}
