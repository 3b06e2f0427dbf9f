namespace PlatformGitOps.Generator.Commands;

/// <summary>The output cannot be written, for example because its disk is full.</summary>
internal sealed class OutputException(IOException cause)
    : Exception($"The output cannot be written: {cause.Message.TrimEnd('.')}. What the command changed on disk is not undone; free "
        + "space or write the output elsewhere, and run the command again.", cause);

/// <summary>
/// Throws <see cref="OutputException"/> for a failed write of the output: a failed write of a tree's file throws the same I/O exceptions.
/// </summary>
internal sealed class CheckedOutput(TextWriter output) : TextWriter(output.FormatProvider)
{
    /// <summary>True if the output is the console's.</summary>
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
