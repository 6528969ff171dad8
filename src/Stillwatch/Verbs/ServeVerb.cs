using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Stillwatch.Gateway;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Policies;
using Stillwatch.Pages;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch serve</c>: the gateway, by a configuration file, or in development mode without one.</summary>
/// <remarks>Exit codes: 0 stopped as told, or <c>--check</c> found no fault; 1 failed while running; 2 wrong usage or a faulty configuration. SIGHUP reads the file again.</remarks>
static class ServeVerb
{
    public static Command Create()
    {
        var config = Option("--config", "FILE", "The configuration (docs/configuration.md); without it development mode: loopback only, a built-in upstream.");
        var listen = Option("--listen", "URL", "Where clients connect.");
        var admin = Option("--admin", "URL", "Where operators connect.");
        var data = Option("--data", "DIR", "Keys and exchange log; in development mode a temporary directory otherwise.");
        var upstream = Option("--upstream", "URL", $"Development mode: the model server; its key, if any, in {DevelopmentConfig.UpstreamKeyVariable}.");
        var api = Option("--upstream-api", "anthropic|openai", "The wire format it speaks.");
        var accounts = Option("--accounts", "FILE", "What the operator knows of accounts.");
        var organizations = Option("--organizations", "FILE", "Organizations and their owners.");
        var apps = Option("--apps", "FILE", "Reviewed third-party applications.");
        var policy = Option("--policy", "FILE", "Who may call, from where, how much, and what follows a judgement (docs/access.md).");
        var check = new Option<bool>("--check") { Description = "Only check the configuration: print every fault; exit 0 or 2." };
        var json = new Option<bool>("--json") { Description = "The ready line, the log and the result of --check as JSON." };
        var schema = new Option<bool>("--schema") { Description = "Print the JSON schema of the configuration, for editors, and end." };
        var verb = new Command("serve", "Stand in front of a model server: authenticate, forward byte-true, meter, watch.")
        {
            config, listen, admin, data, upstream, api, accounts, organizations, apps, policy, check, json, schema,
        };
        verb.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(schema))
            {
                parsed.InvocationConfiguration.Output.Write(ConfigSchema.Text());
                return Task.FromResult(ExitCode.Done);
            }

            var overrides = new ConfigOverrides
            {
                Listen = parsed.GetValue(listen),
                Admin = parsed.GetValue(admin),
                DataDirectory = parsed.GetValue(data),
                Accounts = parsed.GetValue(accounts),
                Organizations = parsed.GetValue(organizations),
                Apps = parsed.GetValue(apps),
                Policy = parsed.GetValue(policy),
            };
            var server = new ServerStart(
                overrides, parsed.GetValue(check), parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return parsed.GetValue(config) is { } path
                ? server.ByFile(path, parsed.GetValue(upstream) ?? parsed.GetValue(api), cancellationToken)
                : server.Development(parsed.GetValue(upstream), parsed.GetValue(api), cancellationToken);
        });
        return verb;
    }

    static Option<string?> Option(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };

    sealed class ServerStart(ConfigOverrides overrides, bool onlyCheck, bool json, TextWriter output, TextWriter error)
    {
        public async Task<int> ByFile(string path, string? developmentOption, CancellationToken cancellationToken)
        {
            if (developmentOption is not null)
            {
                error.WriteLine($"--upstream and --upstream-api are for development mode; with --config, name the upstream in {path}.");
                return ExitCode.WrongUsage;
            }

            using var logs = Logs();
            var (reading, watcher) = ConfigWatcher.Open(path, overrides, Environment.GetEnvironmentVariable, TimeProvider.System, logs.CreateLogger<ConfigWatcher>());
            using (watcher)
            {
                var (policyReading, policy) = OpenPolicy(reading, logs);
                using var _ = policy;
                if (Checked(reading, policyReading, path) is { } code)
                {
                    return code;
                }

                using var hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
                {
                    signal.Cancel = true; // its default would end the process
                    watcher!.Reload();
                    policy?.Reload();
                });
                var options = new ServeOptions { IsDevelopment = false, Json = json, Logs = logs, PolicyFile = policy, Pages = Pages(reading) };
                return await GatewayHost.RunAsync(reading.Config!, watcher, options, output, error, cancellationToken);
            }
        }

        public async Task<int> Development(string? upstream, string? api, CancellationToken cancellationToken)
        {
            var reading = DevelopmentConfig.Read(overrides, upstream, api, Environment.GetEnvironmentVariable);
            using var logs = Logs();
            var (policyReading, policy) = OpenPolicy(reading, logs);
            using var _ = policy;
            if (Checked(reading, policyReading, "The command line") is { } code)
            {
                return code;
            }

            var options = new ServeOptions { IsDevelopment = true, Json = json, Logs = logs, PolicyFile = policy, Pages = Pages(reading) };
            if (overrides.DataDirectory is not null)
            {
                return await GatewayHost.RunAsync(reading.Config!, null, options, output, error, cancellationToken);
            }

            var temporary = Directory.CreateTempSubdirectory("stillwatch-");
            try
            {
                return await GatewayHost.RunAsync(reading.Config! with { DataDirectory = temporary.FullName }, null, options, output, error, cancellationToken);
            }
            finally
            {
                TemporaryFolder.Remove(temporary.FullName, error);
            }
        }

        static Func<GatewayHost, Gateway.Admin.AdminPages> Pages(ConfigReading reading) =>
            ConsolePages.With(ConsolePages.Settings(reading.Config!.Console), TimeProvider.System);

        /// <summary>Reads the policy the configuration names. Without one, or without a configuration, there is nothing to read and no fault.</summary>
        static (PolicyReading Reading, PolicyWatcher? Watcher) OpenPolicy(ConfigReading reading, ILoggerFactory logs) =>
            reading.Config?.Policy is { } path
                ? PolicyWatcher.Open(path, Environment.GetEnvironmentVariable, TimeProvider.System, logs.CreateLogger<PolicyWatcher>())
                : (new PolicyReading(PolicyReader.Default, [], [], []), null);

        /// <returns>The exit code when the run ends here.</returns>
        int? Checked(ConfigReading reading, PolicyReading policy, string what)
        {
            var isValid = reading.Config is not null && policy.Policy is not null;
            var check = CheckResult.Of(isValid, [.. reading.Faults, .. policy.Faults], [.. reading.Warnings, .. policy.Warnings]);
            if (json && onlyCheck)
            {
                output.WriteLine(JsonSerializer.Serialize(check, CheckJson.Default.CheckResult));
                return isValid ? ExitCode.Done : ExitCode.WrongUsage;
            }

            check.Tell(error);
            if (isValid && onlyCheck)
            {
                output.WriteLine($"{what} is valid: {reading.Config!.Upstreams.Count} upstreams, {reading.Config.Models.Count} model rules. Policy {policy.Policy!.Hash}.");
            }

            return !isValid ? ExitCode.WrongUsage : onlyCheck ? ExitCode.Done : null;
        }

        // Standard output has the ready line alone.
        ILoggerFactory Logs() => LoggerFactory.Create(logs =>
        {
            logs.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning)
                .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // why a start failed is said by us, in one line
            if (json)
            {
                logs.AddJsonConsole(line => line.UseUtcTimestamp = true);
            }
            else
            {
                logs.AddSimpleConsole(line => line.SingleLine = true);
            }

            logs.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        });
    }
}
