using System.Buffers;
using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Shelves;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway.Batches;

/// <summary>
/// Passes a batch's results on, line by line as they come; never more than one line is held. The first time a line passes, it is settled
/// and recorded.
/// </summary>
/// <remarks>
/// Bytes stay as they are but for the model's name where it is hidden. A stream that breaks off ends the connection, so that half the
/// results do not look like all.
/// </remarks>
sealed class BatchResults(GatewayParts parts)
{
    const int FirstBytes = 64 * 1024;
    const int MaxLineBytes = 32 * 1024 * 1024;

    readonly ShelfUpstream _upstreams = new(parts);
    readonly BatchSettling _settling = new(parts);
    readonly SettledLines _settled = new(parts.Owners);

    public async Task RunAsync(ShelfCall call, OwnedItem batch, Upstream upstream)
    {
        using var deadline = _upstreams.DeadlineOf(call, upstream);
        var (response, error) = await _upstreams.SendAsync(
            call, upstream, HttpMethod.Get, $"/v1/messages/batches/{batch.Id}/results{call.Beta}", null, deadline);
        if (response is null)
        {
            await call.FailAsync(error!);
            return;
        }

        using (response)
        {
            if (!response.Message.IsSuccessStatusCode)
            {
                await (await _upstreams.ReadAsync(response, upstream, call.RequestId, deadline, maxBytes: 0)).FailAsync(call);
                return;
            }

            Reply.Identify(call.Http.Response, call.Face, call.RequestId);
            call.Http.Response.ContentType = response.Message.Content.Headers.ContentType?.ToString() ?? "application/x-jsonl";
            await using var stream = await DecodedStream.OfAsync(response.Message, deadline.Token);
            using var settled = _settled.Begin(batch);
            var pass = new Pass(call, batch, BatchModels.Read(batch.Models), settled);
            try
            {
                if (!await PassAsync(pass, stream, upstream, deadline))
                {
                    call.Http.Abort();
                }
            }
            catch (OperationCanceledException) when (!deadline.ClientLeft)
            {
                call.Http.Abort(); // the limit of the whole, met while the client would not take more
            }
        }
    }

    // False when it broke off.
    async Task<bool> PassAsync(Pass pass, Stream stream, Upstream upstream, Deadline deadline)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
        try
        {
            var (held, number) = (0, 0L);
            while (true)
            {
                if (held == buffer.Length)
                {
                    if (held >= MaxLineBytes)
                    {
                        parts.Events.UpstreamFailed(upstream.Config.Name, "results_line_too_long", pass.Call.RequestId);
                        return false;
                    }

                    var larger = ArrayPool<byte>.Shared.Rent(held * 2);
                    buffer.AsSpan(0, held).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                var (read, error) = await UpstreamReading.ReadAsync(
                    stream, buffer.AsMemory(held), upstream, pass.Call.RequestId, deadline, parts.Events);
                if (error is not null)
                {
                    return false;
                }

                var scanned = held;
                held += read;
                var start = 0;
                while (buffer.AsSpan(scanned, held - scanned).IndexOf((byte)'\n') is >= 0 and var end)
                {
                    scanned += end + 1;
                    Write(pass, buffer.AsSpan(start, scanned - start), ref number);
                    start = scanned;
                }

                if (read == 0 && held > start)
                {
                    Write(pass, buffer.AsSpan(start, held - start), ref number); // a last line without its end
                    start = held;
                }

                await pass.Call.Http.Response.BodyWriter.FlushAsync(deadline.Token);
                if (read == 0)
                {
                    return true;
                }

                buffer.AsSpan(start, held - start).CopyTo(buffer);
                held -= start;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    void Write(Pass pass, ReadOnlySpan<byte> line, ref long number)
    {
        var output = pass.Call.Http.Response.BodyWriter;
        var result = ResultLine.Read(line.Trim(" \t\r\n"u8));
        var isNew = pass.Settled.TryTake(number++);
        if (result.Message.IsEmpty || result.CustomId is not { } customId)
        {
            output.Write(line);
            return;
        }

        var indent = line.Length - line.TrimStart(" \t\r\n"u8).Length;
        var message = line.Slice(indent + result.Message.Start, result.Message.Length);
        var place = ModelToken.Find(message, nested: false);
        var stated = place.IsEmpty ? "" : Encoding.UTF8.GetString(message.Slice(place.Start + 1, place.Length - 2));
        var kept = isNew ? parts.BatchSketches.Take(pass.Batch.Id, customId) : null;
        var model = kept?.Model ?? pass.Models.Named(stated);
        if (isNew && model is not null)
        {
            _settling.Settle(message, pass.Batch, pass.Call.Caller, customId, model, kept);
        }

        var echoes = !place.IsEmpty && model is not null && model.Requested != model.Upstream && pass.Call.State.Config.EchoRequestedModel;
        var withholding = parts.Admission.WithholdingFor(
            pass.Call.Access, pass.Call.Access.Response?.Rung ?? Rung.Observe, model?.Requested ?? stated, pass.Call.Face, pass.Call.Caller.Account, pass.Call.RequestId);
        if (withholding is null)
        {
            Echo(line, output);
            return;
        }

        var echoed = new ArrayBufferWriter<byte>(line.Length + 64);
        Echo(line, echoed);
        var withheld = new ArrayBufferWriter<byte>(echoed.WrittenCount);
        if (withholding.TryResultLine(echoed.WrittenSpan, withheld))
        {
            output.Write(withheld.WrittenSpan);
        }
        else
        {
            pass.Call.Http.Abort(); // a line that cannot be read is never passed on, and its lack must be seen
        }

        void Echo(ReadOnlySpan<byte> line, IBufferWriter<byte> output)
        {
            var at = indent + result.Message.Start + place.Start;
            output.Write(echoes ? line[..at] : line);
            if (echoes)
            {
                output.Write(ModelToken.Of(model!.Requested));
                output.Write(line[(at + place.Length)..]);
            }
        }
    }

    sealed record Pass(ShelfCall Call, OwnedItem Batch, BatchModels Models, SettledLines.Counting Settled);
}
