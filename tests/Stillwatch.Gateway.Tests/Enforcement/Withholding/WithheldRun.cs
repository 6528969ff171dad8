using System.Buffers;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Enforcement.Withholding;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

/// <summary>A vault of a test's own, and responses passed through it.</summary>
sealed class WithheldRun
{
    public const string Account = "acct_one";

    public FakeTimeProvider Time { get; } = new();

    public ReasoningVault Vault { get; }

    /// <summary>How long the upstream takes between two events.</summary>
    public TimeSpan Pause { get; init; }

    public bool StatesThinkingTokens { get; init; }

    public bool TextBeginsInside { get; init; }

    public WithheldRun() => Vault = new ReasoningVault("the pepper of this test"u8, default, Time);

    public Gateway.Enforcement.Withholding.Withholding Terms(Dialect face) => Vault.For(face, Account, "req_1", StatesThinkingTokens, TextBeginsInside);

    /// <summary>The stream as the caller gets it.</summary>
    /// <param name="cuts">Where the upstream's bytes are cut into chunks.</param>
    public (byte[] Bytes, bool HasFailed) Stream(Dialect face, ReadOnlySpan<byte> bytes, StreamTranslator? inner = null, params IEnumerable<int> cuts)
    {
        var translator = Terms(face).Wrap(inner);
        var output = new ArrayBufferWriter<byte>();
        using var events = new SseReader();
        var from = 0;
        foreach (var cut in cuts.Append(bytes.Length))
        {
            var chunk = bytes[from..cut];
            from = cut;
            while (events.TryRead(ref chunk, out var frame))
            {
                Time.Advance(Pause);
                translator.Write(frame, output);
            }
        }

        Assert.True(translator.End(output));
        return (output.WrittenSpan.ToArray(), translator.HasFailed);
    }

    public string Stream(Dialect face, params string[] payloads) =>
        Encoding.UTF8.GetString(Stream(face, Encoding.UTF8.GetBytes(Events(face, payloads))).Bytes);

    public byte[]? Body(Dialect face, ReadOnlySpan<byte> body)
    {
        var output = new ArrayBufferWriter<byte>();
        return Terms(face).TryBody(body, output, out _) ? output.WrittenSpan.ToArray() : null;
    }

    public string Body(Dialect face, string body) => Encoding.UTF8.GetString(Body(face, Encoding.UTF8.GetBytes(body)) ?? throw new InvalidOperationException("not a body"));

    /// <summary>A request as it goes upstream.</summary>
    public string Restored(Dialect face, string request, string account = Account)
    {
        var body = Encoding.UTF8.GetBytes(request);
        var edits = new BodyEdits();
        Vault.Restore.Edit(body, face, account, edits);
        var output = new ArrayBufferWriter<byte>();
        edits.WriteTo(body, output);
        Assert.Equal(body.Length + edits.Growth, output.WrittenCount);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static string Events(Dialect face, params IEnumerable<string> payloads) =>
        Encoding.UTF8.GetString(Metering.RecordedStreams.Stream("", face, payloads).Bytes);
}
