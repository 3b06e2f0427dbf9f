namespace PlatformGitOps.Generator.Lint;

/// <summary>Aggregations and function calls.</summary>
internal sealed partial class PromQlParser
{
    private Part Aggregation(string name)
    {
        var grouped = Grouping();
        var arguments = Arguments(name);
        if (!grouped)
        {
            Grouping();
        }

        quantile |= name == "quantile";
        labelled |= name == "count_values";
        Type[] wanted = name switch
        {
            "topk" or "bottomk" or "quantile" or "limitk" or "limit_ratio" => [Type.Scalar, Type.Vector],
            "count_values" => [Type.Text, Type.Vector],
            _ => [Type.Vector],
        };
        Check(name, arguments, wanted, wanted.Length, wanted.Length);
        return new Part(Type.Vector);
    }

    private bool Grouping()
    {
        var by = Current.IsWord("by");
        if (!by && !Current.IsWord("without"))
        {
            return false;
        }

        at++;
        var names = Labels();
        labels.AddRange(by ? names : []);
        return true;
    }

    private List<Type> Arguments(string name)
    {
        Need("(");
        Deeper();
        var arguments = new List<Type>();
        while (!Take(")"))
        {
            arguments.Add(Binary(0).Type);
            if (!Current.Is(")"))
            {
                Need(Current.Kind == PromQlKind.End ? ")" : ",");
                if (Current.Is(")"))
                {
                    throw Wrong($"an argument of {name} is missing behind the last comma");
                }
            }
        }

        depth--;
        return arguments;
    }

    private Part Call(string name)
    {
        if (!PromQlFunctions.All.TryGetValue(name, out var function))
        {
            throw Wrong($"Prometheus has no function '{name}'");
        }

        quantile |= name is "histogram_quantile" or "quantile_over_time";
        labelled |= name is "label_replace" or "label_join";
        Type[] wanted = [.. function.Arguments.Select(TypeOf)];
        Check(name, Arguments(name), wanted, function.Required, function.Repeats ? int.MaxValue : wanted.Length);
        return new Part(TypeOf(function.Result));
    }

    private static Type TypeOf(char letter) => letter switch { 's' => Type.Scalar, 'v' => Type.Vector, 'm' => Type.Range, _ => Type.Text };

    private static void Check(string name, List<Type> arguments, Type[] wanted, int least, int most)
    {
        if (arguments.Count < least || arguments.Count > most)
        {
            throw Wrong($"{name} takes {(least == most ? least : arguments.Count < least ? $"at least {least}" : $"at most {most}")} "
                + $"argument{(least == 1 && most == 1 ? "" : "s")}, not {arguments.Count}");
        }

        for (var index = 0; index < arguments.Count; index++)
        {
            var type = wanted[Math.Min(index, wanted.Length - 1)];
            if (arguments[index] != type)
            {
                throw Wrong($"{name} takes {NameOf(type)}, not {NameOf(arguments[index])}");
            }
        }
    }
}
