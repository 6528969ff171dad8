using Microsoft.Extensions.Time.Testing;
using Stillwatch.Gateway.Enforcement.Withholding;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

public sealed class ReasoningMemoryTests
{
    readonly FakeTimeProvider _time = new();
    readonly ReasoningMemory _memory;

    public ReasoningMemoryTests() => _memory = new ReasoningMemory(_time);

    [Fact]
    public void A_call_is_found_by_its_own_account_alone()
    {
        _memory.Keep("one", "call_1"u8, [1]);
        Assert.Equal([1], _memory.Find("one", "call_1"u8));
        Assert.Null(_memory.Find("two", "call_1"u8));
        Assert.Null(_memory.Find("one", "call_2"u8));
        Assert.True(_memory.Holds("one"));
        Assert.False(_memory.Holds("two"));
    }

    [Fact]
    public void The_same_call_again_replaces_what_was_kept()
    {
        _memory.Keep("one", "call_1"u8, [1]);
        _memory.Keep("one", "call_1"u8, [2]);
        Assert.Equal([2], _memory.Find("one", "call_1"u8));
        Assert.Equal(1, _memory.Count);
        Assert.Empty(_memory.Lost.ToDictionary());
    }

    [Fact]
    public void What_rests_too_long_expires_and_what_is_used_stays()
    {
        _memory.Keep("one", "used"u8, [1]);
        _memory.Keep("two", "resting"u8, [1]);
        for (var hour = 0; hour < 13; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            Assert.NotNull(_memory.Find("one", "used"u8));
        }

        Assert.Null(_memory.Find("two", "resting"u8));
        Assert.False(_memory.Holds("two"));
        Assert.Equal(1, _memory.Lost.ToDictionary()["expired"]);
    }

    [Fact]
    public void An_account_that_floods_loses_its_own_and_nobody_elses()
    {
        _memory.Keep("quiet", "call"u8, [7]);
        for (var call = 0; call < ReasoningMemory.MaxEntriesOfAccount + 100; call++)
        {
            _memory.Keep("loud", System.Text.Encoding.ASCII.GetBytes($"call_{call}"), [1]);
        }

        Assert.Equal(ReasoningMemory.MaxEntriesOfAccount + 1, _memory.Count);
        Assert.Equal([7], _memory.Find("quiet", "call"u8));
        Assert.Null(_memory.Find("loud", "call_99"u8));
        Assert.NotNull(_memory.Find("loud", "call_100"u8));
        Assert.Equal(100, _memory.Lost.ToDictionary()["displaced"]);
    }

    [Fact]
    public void Bytes_are_bounded_for_an_account_and_for_all()
    {
        var large = new byte[4 << 20];
        for (var account = 0; account < 40; account++)
        {
            for (var call = 0; call < 5; call++)
            {
                _memory.Keep($"account{account}", [(byte)call, 1], large);
            }
        }

        Assert.InRange(_memory.Count, 29, 32); // 128 MiB of 4 MiB each
        Assert.Equal(200 - _memory.Count, _memory.Lost.ToDictionary()["displaced"]);
        Assert.NotNull(_memory.Find("account39", [4, 1]));
        Assert.Null(_memory.Find("account39", [0, 1]));
    }

    [Fact]
    public void A_call_whose_name_is_too_long_is_not_kept_and_counted()
    {
        _memory.Keep("one", new byte[257], [1]);
        Assert.Equal(0, _memory.Count);
        Assert.Null(_memory.Find("one", new byte[257]));
        Assert.Equal(1, _memory.Lost.ToDictionary()["unnamed"]);
    }
}
