using System.Buffers;

namespace Stillwatch.Gateway.Development;

/// <summary>Gives a reply the form of one dialect. Holds the state of one reply; not thread-safe.</summary>
interface IReplyFace
{
    /// <summary>The reply as one JSON body.</summary>
    void Whole(IBufferWriter<byte> output, Reply reply);

    /// <summary>A stream's first event.</summary>
    void Start(IBufferWriter<byte> output, Reply reply);

    /// <summary>The events of one piece.</summary>
    void Add(IBufferWriter<byte> output, Reply reply, in Piece piece);

    /// <summary>A stream's last events.</summary>
    void End(IBufferWriter<byte> output, Reply reply);
}
