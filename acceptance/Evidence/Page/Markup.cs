using System.Xml.Linq;

namespace PlatformGitOps.Acceptance.Evidence.Page;

/// <summary>Creates elements and writes them as HTML: escaped, void elements without an end tag.</summary>
internal static class Markup
{
    private static readonly HashSet<string> Void = ["br", "col", "hr", "img", "link", "meta"];

    /// <summary>After these elements a line break is not visible, and makes the source readable.</summary>
    private static readonly HashSet<string> Blocks =
    [
        "html", "head", "body", "header", "main", "nav", "section", "article", "table", "caption", "thead", "tbody", "tr", "dl", "ol", "ul",
        "li", "div", "p",
        "h1", "h2", "h3", "h4", "figure", "figcaption", "svg", "g", "path", "rect", "line", "title", "meta", "style", "details", "summary",
        "footer", "pre",
    ];

    /// <param name="name">The element's name.</param>
    /// <param name="content">Attributes, elements, texts or sequences of them; null is omitted.</param>
    public static XElement E(string name, params object?[] content) => new(name, content);

    public static XAttribute A(string name, string value) => new(name, value);

    public static XAttribute Class(string value) => new("class", value);

    public static string Write(XElement page)
    {
        var text = new StringBuilder("<!doctype html>\n");
        Write(page, text);
        return text.ToString();
    }

    private static void Write(XElement element, StringBuilder text)
    {
        var name = element.Name.LocalName;
        text.Append('<').Append(name);
        foreach (var attribute in element.Attributes())
        {
            text.Append(' ').Append(attribute.Name.LocalName).Append("=\"")
                .Append(Escape(attribute.Value).Replace("\"", "&quot;")).Append('"');
        }

        text.Append('>');
        if (!Void.Contains(name))
        {
            foreach (var node in element.Nodes())
            {
                if (node is XElement child)
                {
                    Write(child, text);
                }
                else if (node is XText plain)
                {
                    // The text of a style element is not escaped in HTML; it is a file of this project.
                    text.Append(name == "style" ? plain.Value : Escape(plain.Value));
                }
            }

            text.Append("</").Append(name).Append('>');
        }

        if (Blocks.Contains(name))
        {
            text.Append('\n');
        }
    }

    private static string Escape(string text) => text
        .Replace("&", "&amp;")
        .Replace("<", "&lt;")
        .Replace(">", "&gt;")
        .Replace("\0", "\uFFFD");
}
