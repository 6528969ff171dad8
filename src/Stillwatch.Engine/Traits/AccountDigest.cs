using System.Runtime.CompilerServices;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Traits;

/// <summary>One sampled exchange of an account, 124 bytes: enough to ask later which template it followed, and when.</summary>
public struct AccountDigest
{
    /// <summary>Sampling priority: an account keeps the exchanges with the smallest.</summary>
    public ulong Order;

    /// <summary>Unix time, seconds.</summary>
    public uint TimeSeconds;

    public uint Item;
    public uint Task;

    /// <summary>First 32 bits of the network trait, 0 when unknown.</summary>
    public uint Network;
    public ushort Model;

    /// <summary>Output tokens, at most 65,534; 65,535 when unknown.</summary>
    public ushort OutputTokens;
    public ushort NewUserTokens;
    public ExchangeTraits Traits;
    public Capabilities Cues;
    public byte KeyCount;
    public ShortKeys Keys;

    public const ushort UnknownTokens = ushort.MaxValue;

    public static AccountDigest Of(in ExchangeSketch sketch)
    {
        var digest = new AccountDigest
        {
            Order = sketch.Order,
            TimeSeconds = (uint)(sketch.TimeMs / 1000),
            Item = (uint)(sketch.Item >> 32),
            Task = (uint)(sketch.Task >> 32),
            Network = (uint)(sketch.Network >> 32),
            Model = (ushort)sketch.Model,
            OutputTokens = sketch.OutputTokens < 0 ? UnknownTokens : (ushort)Math.Min(sketch.OutputTokens, UnknownTokens - 1),
            NewUserTokens = (ushort)Math.Min(sketch.NewUserTokens, ushort.MaxValue),
            Traits = sketch.Traits,
            Cues = sketch.Cues,
            KeyCount = (byte)sketch.KeyCount,
        };
        for (var i = 0; i < sketch.KeyCount; i++)
        {
            digest.Keys[i] = new TraitKey(sketch.Keys[i]).Short;
        }

        return digest;
    }
}

/// <summary>Content keys cut to 32 bits (four of kind): one in 2^28 pairs of one kind collides, and membership needs two.</summary>
[InlineArray(ContentKeys.Capacity)]
public struct ShortKeys
{
    uint _first;
}
