using System.Text.Json;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Storage;

namespace Stillwatch.Gateway;

sealed partial class GatewayHost
{
    const int Done = 0;
    const int Failed = 1;

    /// <summary>Runs a gateway until it is told to stop. States on one line when it is ready (contract 5.5).</summary>
    /// <param name="config">What to start with; an upstream of the name <see cref="ConfigReader.DevelopmentUpstream"/> is started here.</param>
    /// <param name="watcher">Brings later configurations; null when there is no file.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        GatewayConfig config, ConfigWatcher? watcher, ServeOptions options, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            await using var host = await StartAsync(config, options, watcher, cancellationToken);
            output.WriteLine(host.ReadyLine(options.Json));
            output.Flush();
            if (host.Invitation is { } invitation)
            {
                error.WriteLine(invitation); // to whoever sits here; no log gets it
            }

            var stopped = new TaskCompletionSource();
            await using (cancellationToken.Register(stopped.SetResult))
            {
                await stopped.Task;
            }

            return Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Done;
        }
        catch (StorageUnusableException e)
        {
            error.WriteLine(e.Message);
            return Failed;
        }
        catch (IOException e)
        {
            error.WriteLine(e.Message);
            return Failed;
        }
    }

    string ReadyLine(bool json)
    {
        var (data, admin) = (DataAddress.ToString().TrimEnd('/'), AdminAddress.ToString().TrimEnd('/'));
        return json ? JsonSerializer.Serialize(new Dictionary<string, string?> { ["data"] = data, ["admin"] = admin, ["key"] = DevelopmentKey })
            : DevelopmentKey is null ? $"ready data={data} admin={admin}"
            : $"ready data={data} admin={admin} key={DevelopmentKey}";
    }
}
