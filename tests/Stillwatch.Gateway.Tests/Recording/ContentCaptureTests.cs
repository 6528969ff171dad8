using System.Text;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Tests.Recording;

public sealed class ContentCaptureTests
{
    [Fact]
    public void Texts_are_kept_by_parts_up_to_the_bound_and_beyond_it_not_at_all()
    {
        var content = new ContentCapture();
        content.BeginPart();
        content.AddText("one "u8);
        content.AddText("two"u8);
        content.BeginPart();
        content.AddText("three"u8);
        Assert.Equal(["one two", "three"], content.Texts.Select(text => Encoding.UTF8.GetString(text.Span)));
        Assert.False(content.IsTooLong);

        content.AddText(new byte[ContentCapture.MaxBytes]);
        content.AddText("four"u8);
        Assert.True(content.IsTooLong);
        Assert.Equal("three", Encoding.UTF8.GetString(content.Texts.Last().Span));
    }

    [Fact]
    public void A_body_that_is_cut_or_too_long_is_not_kept()
    {
        var content = new ContentCapture();
        content.KeepBody("{}"u8, isWhole: true);
        Assert.Equal("{}"u8, content.Body.AsSpan());
        content.KeepBody("{"u8, isWhole: false);
        Assert.Null(content.Body);
        Assert.True(content.IsTooLong);
    }

    [Fact]
    public void Lines_that_find_no_room_to_wait_in_are_left_out_and_counted_until_others_are_written()
    {
        using var log = new ContentLog(Path.Combine(Path.GetTempPath(), "never-made"));
        var line = new byte[ContentLog.MaxWaitingBytes / 2];
        Assert.True(log.TryReserve(line));
        Assert.True(log.TryReserve(line));
        Assert.False(log.TryReserve(line));
        Assert.Equal(1, log.Omitted.ToDictionary()["queue_full"]);
        log.Release(line);
        Assert.True(log.TryReserve(line));
    }
}
