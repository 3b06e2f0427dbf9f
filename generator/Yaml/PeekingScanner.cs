using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>
/// YamlDotNet's scanner with a workaround for its parser, which peeks twice after a scalar with an anchor in a flow mapping and so loses
/// the comma: <c>{a: &amp;x 1, b: *x}</c> would be a syntax error.
/// </summary>
internal sealed class PeekingScanner(TextReader text) : IScanner
{
    private readonly Scanner scanner = new(text);
    private bool anchored;
    private bool behindAnchored;

    public Mark CurrentPosition => scanner.CurrentPosition;

    public Token? Current => scanner.Current;

    public bool MoveNext() => scanner.MoveNext();

    public bool MoveNextWithoutConsuming() => (behindAnchored && scanner.Current is not null) || scanner.MoveNextWithoutConsuming();

    public void ConsumeCurrent()
    {
        behindAnchored = anchored && scanner.Current is YamlDotNet.Core.Tokens.Scalar;
        anchored = scanner.Current is Anchor || (anchored && scanner.Current is Tag);
        scanner.ConsumeCurrent();
    }
}
