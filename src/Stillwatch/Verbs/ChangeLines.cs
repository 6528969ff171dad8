using System.CommandLine;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Recording.Changes;

namespace Stillwatch.Verbs;

/// <summary>Changes of campaigns as they come, one a line: a sentence with its time, or the event's JSON.</summary>
static class ChangeLines
{
    /// <param name="campaign">Only this one's; null for all.</param>
    /// <returns>0 when the user stopped it, 1 when the server did.</returns>
    public static async Task<int> FollowAsync(AdminClient client, ServerOptions server, ParseResult parsed, string? campaign, CancellationToken stop)
    {
        var (output, error, isJson) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(server.Json));
        try
        {
            using var answer = await client.OpenAsync("/api/v1/campaigns/events", stop);
            if (answer.Stream is not { } stream)
            {
                return ServerOptions.Refused(answer.Fault!, answer.Status, error);
            }

            await foreach (var change in SseParser.Create(stream).EnumerateAsync(stop))
            {
                if (LineOf(change, campaign, isJson) is { } line)
                {
                    output.WriteLine(line);
                    output.Flush();
                }
            }

            error.WriteLine("The server ended the stream: list again, then follow again.");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (IOException e)
        {
            error.WriteLine($"The stream broke off ({e.Message}): list again, then follow again.");
            return ExitCode.Failed;
        }
    }

    static string? LineOf(SseItem<string> item, string? campaign, bool isJson)
    {
        if (!item.EventType.StartsWith("campaign.", StringComparison.Ordinal))
        {
            return isJson ? item.Data : null; // the stream's own: its end says the rest
        }

        return JsonSerializer.Deserialize(item.Data, ChangeJson.OneLine.CampaignChange) is not { } change || (campaign is not null && change.Campaign != campaign && change.Into != campaign) ? null
            : isJson ? item.Data
            : $"{change.At?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}  {change.Kind.ToString().ToLowerInvariant(),-8}  {ExplanationText.Plain(change.Says)}";
    }
}
