using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>One kept-alive HTTP/1.1 connection with blocking reads: the kernel wakes the reader, no thread pool stands between an event and its time.</summary>
internal sealed class ClientConnection : IDisposable
{
    const int ReadTimeoutMs = 60_000;

    readonly byte[] _head;
    readonly byte[] _buffer = new byte[1 << 16];
    readonly ArraySegment<byte>[] _parts = new ArraySegment<byte>[2];
    readonly ChunkedBody _chunks = new();
    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = ReadTimeoutMs };

    /// <exception cref="SocketException">Nobody listens.</exception>
    public ClientConnection(ProxyTarget target)
    {
        // What a published SDK sends, without its telling the platform.
        _head = Encoding.ASCII.GetBytes(
            $"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:{target.Port}\r\naccept: application/json\r\ncontent-type: application/json\r\nanthropic-version: 2023-06-01\r\n"
            + $"user-agent: bench/1.0\r\nx-api-key: {target.Key ?? "sk-bench"}\r\nx-stainless-lang: none\r\nx-stainless-retry-count: 0\r\nx-stainless-timeout: 600\r\ncontent-length: ");
        _socket.Connect(IPAddress.Loopback, target.Port);
    }

    public Socket Socket => _socket;

    /// <summary>Sends a request and reads its reply to the end.</summary>
    /// <param name="events">Takes the body of a stream; null for a JSON reply.</param>
    /// <exception cref="InvalidDataException">The reply is no 200, or no HTTP, or the stream ended without its last event.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public void Exchange(byte[] body, EventTimes? events)
    {
        Send(body);
        events?.StartStream();
        var (length, filled, bodyAt) = ReadHead();
        var at = MonotonicClock.Now;
        if (length < 0)
        {
            _chunks.Start();
            var part = _buffer.AsSpan(bodyAt, filled - bodyAt);
            while (!_chunks.Take(part, events, at))
            {
                part = _buffer.AsSpan(0, Receive(0));
                at = MonotonicClock.Now;
            }
        }
        else
        {
            for (var left = length - (filled - bodyAt); left > 0;)
            {
                left -= Receive(0);
            }
        }

        if (events is { HasEnded: false })
        {
            throw new InvalidDataException($"the stream ended after {events.Events} events without message_stop");
        }
    }

    /// <summary>Sends a request for a stream that stays silent after its second event, and returns when that one is there.</summary>
    public void OpenIdle(byte[] body)
    {
        Send(body);
        var (_, filled, bodyAt) = ReadHead();
        while (_buffer.AsSpan(bodyAt, filled - bodyAt).IndexOf("content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"u8) < 0)
        {
            filled += Receive(filled);
        }
    }

    public void Dispose() => _socket.Dispose();

    void Send(byte[] body)
    {
        _parts[0] = Encoding.ASCII.GetBytes($"{Encoding.ASCII.GetString(_head)}{body.Length}\r\n\r\n");
        _parts[1] = body;
        var sent = _socket.Send(_parts);
        if (sent != _parts[0].Count + body.Length)
        {
            throw new InvalidDataException($"only {sent} bytes of a request were taken");
        }
    }

    (long Length, int Filled, int BodyAt) ReadHead()
    {
        var (filled, end) = (0, -1);
        while (end < 0)
        {
            filled += Receive(filled);
            end = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }

        var head = _buffer.AsSpan(0, end + 2);
        if (!head.StartsWith("HTTP/1.1 200"u8))
        {
            throw new InvalidDataException($"the reply is '{Encoding.ASCII.GetString(_buffer, 0, Math.Min(filled, 400)).ReplaceLineEndings(" ")}'");
        }

        return (LengthOf(head), filled, end + 4);
    }

    /// <returns>The content length; -1 for a chunked body.</returns>
    static long LengthOf(ReadOnlySpan<byte> head)
    {
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            if (line.Length > 15 && Ascii.EqualsIgnoreCase(line[..15], "content-length:"u8))
            {
                return long.Parse(line[15..], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
            }
        }

        return -1;
    }

    int Receive(int offset)
    {
        var count = _socket.Receive(_buffer, offset, _buffer.Length - offset, SocketFlags.None);
        return count > 0 ? count : throw new InvalidDataException("the connection was closed within a reply");
    }
}
