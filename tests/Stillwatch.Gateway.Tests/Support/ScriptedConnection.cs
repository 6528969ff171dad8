using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Stillwatch.Gateway.Tests.Support;

/// <summary>One connection of a <see cref="ScriptedUpstream"/>: reads whole requests, writes whatever it is told to, each call in a write of its own.</summary>
sealed class ScriptedConnection : IDisposable
{
    readonly Socket _socket;
    readonly CancellationToken _stop;
    readonly List<byte> _held = []; // read, but not part of a request yet

    public ScriptedConnection(Socket socket, CancellationToken stop)
    {
        _socket = socket;
        _stop = stop;
        _socket.NoDelay = true;
    }

    /// <summary>Bytes as they are, HTTP or not.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, _stop)..];
        }
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public Task SendHeadAsync(int status, params (string Name, string Value)[] headers)
        => SendAsync($"HTTP/1.1 {status} Scripted\r\n{string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}\r\n");

    /// <summary>Needs a head that said <c>transfer-encoding: chunked</c>. An empty chunk sends nothing: it would end the body.</summary>
    public Task SendChunkAsync(ReadOnlyMemory<byte> bytes)
        => bytes.IsEmpty ? Task.CompletedTask : SendAsync((byte[])[.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes.Span, .. "\r\n"u8]);

    public Task SendChunkAsync(string text) => SendChunkAsync(Encoding.UTF8.GetBytes(text));

    public Task EndChunksAsync() => SendAsync("0\r\n\r\n");

    public Task ReplyAsync(int status, string contentType, string body, params (string Name, string Value)[] headers)
        => SendAsync($"HTTP/1.1 {status} Scripted\r\ncontent-type: {contentType}\r\ncontent-length: {Encoding.UTF8.GetByteCount(body)}\r\n"
            + $"{string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}\r\n{body}");

    /// <summary>Breaks the connection with an RST: the other side's next read fails.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Ends the connection with a FIN, in the middle of a body or not.</summary>
    public void Close() => _socket.Close();

    /// <summary>Completes when the other side has closed or reset the connection; what it sends until then is thrown away.</summary>
    public async Task WaitForLeavingAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer, _stop) > 0)
            {
            }
        }
        catch (SocketException)
        {
        }
    }

    /// <returns>Null when the other side closed the connection between requests.</returns>
    public async Task<ScriptedRequest?> ReadRequestAsync()
    {
        int end;
        while ((end = Find("\r\n\r\n"u8)) < 0)
        {
            if (!await MoreAsync())
            {
                return null;
            }
        }

        var lines = Encoding.ASCII.GetString([.. Take(end + 4)]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':');
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            headers[name] = headers.TryGetValue(name, out var before) ? $"{before}, {value}" : value;
        }

        if (headers.TryGetValue("expect", out var expect) && expect.Equals("100-continue", StringComparison.OrdinalIgnoreCase))
        {
            await SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        }

        var body = headers.ContainsKey("transfer-encoding") ? await ReadChunksAsync()
            : headers.TryGetValue("content-length", out var length) ? await ReadExactlyAsync(int.Parse(length))
            : [];
        var start = lines[0].Split(' ');
        return new ScriptedRequest(start[0], start[1], headers, body);
    }

    public void Dispose() => _socket.Dispose();

    async Task<byte[]> ReadChunksAsync()
    {
        var body = new List<byte>();
        while (true)
        {
            int end;
            while ((end = Find("\r\n"u8)) < 0)
            {
                await MoreOrThrowAsync();
            }

            var size = Convert.ToInt32(Encoding.ASCII.GetString([.. Take(end + 2)]).Split(';')[0].Trim(), 16);
            body.AddRange((await ReadExactlyAsync(size + 2)).AsSpan(0, size));
            if (size == 0)
            {
                return [.. body];
            }
        }
    }

    async Task<byte[]> ReadExactlyAsync(int bytes)
    {
        while (_held.Count < bytes)
        {
            await MoreOrThrowAsync();
        }

        return Take(bytes);
    }

    async Task MoreOrThrowAsync()
    {
        if (!await MoreAsync())
        {
            throw new IOException("The other side closed the connection inside a request.");
        }
    }

    async Task<bool> MoreAsync()
    {
        var buffer = new byte[16 * 1024];
        var read = await _socket.ReceiveAsync(buffer, _stop);
        _held.AddRange(buffer.AsSpan(0, read));
        return read > 0;
    }

    byte[] Take(int bytes)
    {
        var taken = _held.GetRange(0, bytes).ToArray();
        _held.RemoveRange(0, bytes);
        return taken;
    }

    int Find(ReadOnlySpan<byte> pattern) => CollectionsMarshal.AsSpan(_held).IndexOf(pattern);
}

/// <summary>A request as it came over the wire; repeated headers are joined by commas, chunks by nothing.</summary>
sealed record ScriptedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}
