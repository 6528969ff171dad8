using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>The mock's replies: an Anthropic message with usage, and the events of one. Every reply has an id of its own.</summary>
internal static class MockReplies
{
    /// <summary>Before the time at which the mock wrote an event: 19 digits of <see cref="MonotonicClock"/>, at the start of the text.</summary>
    public static ReadOnlySpan<byte> TimeMark => "\"text\":\"@"u8;

    public const int TimeDigits = 19;
    const int IdDigits = 12;

    static readonly byte[] s_afterId = Encoding.UTF8.GetBytes(
        "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"bench-json\",\"content\":[{\"type\":\"text\",\"text\":\""
        + Text(610) + "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":243,\"cache_creation_input_tokens\":0,"
        + "\"cache_read_input_tokens\":0,\"output_tokens\":141,\"service_tier\":\"standard\"}}");

    public static ReadOnlySpan<byte> BeforeId => "{\"id\":\"msg_"u8;

    public static int JsonBytes => BeforeId.Length + IdDigits + s_afterId.Length;

    public static void WriteJson(IBufferWriter<byte> output, long id)
    {
        output.Write(BeforeId);
        WriteNumber(output, id, IdDigits);
        output.Write(s_afterId);
    }

    /// <summary>Event number <paramref name="index"/> of <paramref name="count"/>, at least six; the deltas carry the time.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, int index, int count, long id, string model)
    {
        if (index == 0)
        {
            output.Write("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_"u8);
            WriteNumber(output, id, IdDigits);
            output.Write("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\""u8);
            output.Write(Encoding.ASCII.GetBytes(model));
            output.Write("\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":243,"u8);
            output.Write("\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":1}}}\n\n"u8);
        }
        else if (index == 1)
        {
            output.Write("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"u8);
        }
        else if (index == count - 3)
        {
            output.Write("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"u8);
        }
        else if (index == count - 2)
        {
            output.Write("event: message_delta\ndata: {\"type\":\"message_delta\","u8);
            output.Write("\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":141}}\n\n"u8);
        }
        else if (index == count - 1)
        {
            output.Write("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
        }
        else
        {
            output.Write("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","u8);
            output.Write(TimeMark);
            WriteNumber(output, MonotonicClock.Now, TimeDigits);
            output.Write(" words\"}}\n\n"u8);
        }
    }

    static void WriteNumber(IBufferWriter<byte> output, long value, int digits)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(digits), out var written, new StandardFormat('D', (byte)digits));
        output.Advance(written);
    }

    static string Text(int characters)
    {
        var text = new StringBuilder();
        new VariedText(1).Append(text, characters);
        return text.ToString();
    }
}
