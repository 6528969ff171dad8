using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Benchmarks;

/// <summary>Fills a <see cref="ParsedExchange"/> straight from an <see cref="Exchange"/>: what writing and parsing its line gives, without the JSON.</summary>
internal static class ExchangeFiller
{
    public static void Fill(Exchange exchange, ParsedExchange into)
    {
        into.Clear();
        TextSlice Put(string? text)
        {
            if (string.IsNullOrEmpty(text))
            {
                return default;
            }

            var written = Encoding.UTF8.GetBytes(text, into.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));
            var slice = new TextSlice(into.UsedBytes, written);
            into.Advance(written);
            return slice;
        }

        var request = exchange.Request;
        into.TimeMs = exchange.Time.ToUnixTimeMilliseconds();
        into.Api = exchange.Api;
        into.Batch = exchange.Batch;
        into.Status = exchange.Status ?? 0;
        into.Asn = exchange.Client?.Asn ?? 0;
        into.Stream = request.Stream;
        into.MaxTokens = request.MaxTokens ?? 0;
        into.Temperature = request.Temperature ?? -1;
        (into.Id, into.Account, into.Organization) = (Put(exchange.Id), Put(exchange.Account), Put(exchange.Organization));
        (into.App, into.Ip, into.UserAgent) = (Put(exchange.App), Put(exchange.Client?.Ip), Put(exchange.Client?.UserAgent));
        (into.Ja4, into.Model, into.System) = (Put(exchange.Client?.Ja4), Put(request.Model), Put(request.System));
        into.Tools = Put(request.Tools.Count == 0 ? null : string.Join(',', request.Tools.Select(t => t.Name + t.Description + t.SchemaJson)));
        var lastAssistant = request.Messages.ToList().FindLastIndex(m => m.Role == MessageRole.Assistant);
        var newText = string.Join('\n', Texts(request.Messages.Skip(lastAssistant + 1)));
        into.NewUserText = Put(newText);
        into.FirstUserText = lastAssistant < 0 ? into.NewUserText : Put(string.Join('\n', Texts(request.Messages.Take(1))));
        into.PriorOutput = lastAssistant < 0 ? default : Put(string.Join('\n', Texts([request.Messages[lastAssistant]])));
        into.AssistantTurns = request.Messages.Count(m => m.Role == MessageRole.Assistant);
        into.ToolResults = request.Messages.SelectMany(m => m.Parts).Count(p => p is ToolResultPart);
        foreach (var id in request.Messages.SelectMany(m => m.Parts).OfType<ToolUsePart>().TakeLast(IdSlices.Capacity))
        {
            into.PresentedIds.Add(Put(id.Id));
        }

        if (exchange.Response is not { } response)
        {
            return;
        }

        into.HasResponse = true;
        into.HasUsage = response.Usage is not null;
        into.Usage = response.Usage ?? default;
        if (response.Id is not null)
        {
            into.IssuedIds.Add(Put(response.Id));
        }

        if (response.Content is { } content)
        {
            into.ResponseText = Put(string.Join('\n', content.OfType<TextPart>().Select(p => p.Text)));
            foreach (var tool in content.OfType<ToolUsePart>().Take(IdSlices.Capacity - 1))
            {
                into.IssuedIds.Add(Put(tool.Id));
            }
        }
    }

    static IEnumerable<string> Texts(IEnumerable<Message> messages) => messages.SelectMany(m => m.Parts).OfType<TextPart>().Select(p => p.Text);
}
