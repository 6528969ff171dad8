using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Spectre.Console;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Verbs;

namespace Stillwatch;

/// <summary>The command line (contract 5.5): the verbs that exist, and one way to say that usage is wrong.</summary>
static class CommandLine
{
    const int MostTypos = 2;

    /// <summary>A server that is told to stop lets its exchanges end and writes what waits; see GatewayHost.</summary>
    static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(40);

    public static RootCommand Create() => new("Finds industrial-scale distillation campaigns in LLM API traffic.")
    {
        DemoVerb.Create(),
        ServeVerb.Create(),
        ScanVerb.Create(),
        CalibrateVerb.Create(),
        ExplainVerb.Create(),
        SimulateVerb.Create(),
        EvaluateVerb.Create(),
        KeysVerb.Create(),
        AccountsVerb.Create(),
        CasesVerb.Create(),
        CampaignsVerb.Create(),
        PolicyVerb.Create(),
        AuditLogVerb.Create(),
        PeopleVerb.Create(),
    };

    /// <param name="cancellationToken">Stops a verb as Ctrl-C does.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var parsed = Create().Parse(arguments);
        var configuration = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = TimeToStop };
        if (UnknownOption(parsed) is { } unknown)
        {
            var nearest = NearestIds.To(unknown, parsed.CommandResult.Command.Options.Select(option => option.Name), most: 1);
            var isTypo = nearest is [var meant] && NearestIds.Edits(unknown, meant) <= MostTypos;
            error.WriteLine($"Unknown option {unknown}{(isTypo ? $"; did you mean {nearest[0]}?" : ".")}");
        }
        else if (parsed.Action is ParseErrorAction && parsed.Errors.Any(fault => MustBe(fault) is not null))
        {
            foreach (var fault in parsed.Errors)
            {
                error.WriteLine(MustBe(fault) ?? fault.Message);
            }
        }
        else if (parsed.Action is ParseErrorAction wrong)
        {
            wrong.ShowHelp = false;
            await parsed.InvokeAsync(configuration, cancellationToken); // says what is wrong and which verb was meant; its own exit code is 1
        }
        else
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }

        error.WriteLine($"What there is: stillwatch {Path(parsed.CommandResult)}--help");
        return ExitCode.WrongUsage;
    }

    // campaigns show, of the arguments up to show; nothing of none.
    static string Path(SymbolResult? result) => result is CommandResult { Command: not RootCommand and var verb } ? $"{Path(result.Parent)}{verb.Name} " : "";

    /// <summary>The library would name a type of ours or of the runtime for a value that cannot be read.</summary>
    /// <returns>Null when something else is wrong.</returns>
    static string? MustBe(ParseError fault) =>
        fault.SymbolResult is OptionResult { Option: { ValueType: var type, Name: var name }, Tokens: [{ Value: var value }] } && Values(Nullable.GetUnderlyingType(type) ?? type, value) is { } values
            ? $"{name} {value}: must be {values}."
            : null;

    static string? Values(Type type, string value) =>
        type.IsPrimitive && value.Length > 0 && value.All(char.IsAsciiDigit) ? "a smaller number"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(ulong) ? "a whole number, 0 or more"
        : type == typeof(double) ? "a number"
        : type == typeof(DateOnly) ? "a day such as 2027-12-31"
        : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(word => word.ToLowerInvariant()))}"
        : null;

    // A verb that takes any number of files would take a misspelt option for one of them. After -- everything is a file.
    static string? UnknownOption(ParseResult parsed) => parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    /// <summary>Output for people: styled on a terminal, plain text into a file or a pipe.</summary>
    internal static IAnsiConsole Human(TextWriter output) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
}
