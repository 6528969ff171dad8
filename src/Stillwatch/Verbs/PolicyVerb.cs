using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Policies.Replay;
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch policy check|show|schema|replay</c>: what a policy file says, and whom it would have touched. Changes nothing.</summary>
/// <remarks>Exit codes: 0 done; 1 failed or stopped; 2 wrong usage or a faulty policy; 3 the stored sketches are too bad to trust.</remarks>
static class PolicyVerb
{
    static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the answer as JSON.", Recursive = true };
        return new Command("policy", "Check, show and try out a policy file before it is applied.") { json, Check(json), Show(json), Schema(), PolicyReplayVerb.Create(json, ReplayParts.Own) };
    }

    /// <summary>Reads a policy, saying all that is wrong with it.</summary>
    /// <returns>Null when it has faults.</returns>
    internal static AccessPolicy? Read(string path, TextWriter error)
    {
        var read = PolicyReader.Read(path, Environment.GetEnvironmentVariable);
        CheckResult.Of(read.Policy is not null, read.Faults, read.Warnings).Tell(error);
        return read.Policy;
    }

    static Command Check(Option<bool> json)
    {
        var file = new Argument<string>("FILE") { Description = "The policy file." };
        var verb = new Command("check", "Tell every fault of a policy file, and every rule that would do nothing.") { file };
        verb.SetAction(parsed =>
        {
            var (path, output) = (parsed.GetRequiredValue(file), parsed.InvocationConfiguration.Output);
            var read = PolicyReader.Read(path, Environment.GetEnvironmentVariable);
            var check = CheckResult.Of(read.Policy is not null, read.Faults, read.Warnings);
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonSerializer.Serialize(check, CheckJson.Default.CheckResult));
            }
            else
            {
                check.Tell(parsed.InvocationConfiguration.Error);
                if (read.Policy is { } policy)
                {
                    output.WriteLine(
                        $"{path} is valid: policy {policy.Hash}, mode {PolicyWords.Modes.Of(policy.Mode)}, {policy.Levels.Rules.Count} level rules, {policy.Regions.Rules.Count} region rules, {policy.Limits.Rules.Count} limits.");
                }
            }

            return check.Valid ? ExitCode.Done : ExitCode.WrongUsage;
        });
        return verb;
    }

    static Command Show(Option<bool> json)
    {
        var file = new Argument<string?>("FILE") { Description = "The policy file; without one the policy of a gateway that was given none.", Arity = ArgumentArity.ZeroOrOne };
        var verb = new Command("show", "Print the policy in effect, every default stated.") { file };
        verb.SetAction(parsed =>
        {
            var path = parsed.GetValue(file);
            var output = parsed.InvocationConfiguration.Output;
            if ((path is null ? PolicyReader.Default : Read(path, parsed.InvocationConfiguration.Error)) is not { } policy)
            {
                return ExitCode.WrongUsage;
            }

            if (parsed.GetValue(json))
            {
                output.WriteLine(PolicyForm.Of(policy, isCanonical: false).ToJsonString(Readable));
            }
            else
            {
                output.Write($"# policy {policy.Hash}\n{PolicyText.Of(policy)}");
            }

            return ExitCode.Done;
        });
        return verb;
    }

    static Command Schema()
    {
        var verb = new Command("schema", "Print the JSON schema of a policy file, for editors.");
        verb.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(PolicySchema.Text()));
        return verb;
    }
}
