using System.Collections.Concurrent;
using System.Text;

namespace Stillwatch.Engine.Exchanges;

/// <summary>The operator's own account ids by their keyed names: what a report must say and detection never looks at.</summary>
public sealed class AccountIds
{
    readonly ConcurrentDictionary<ulong, string> _ids = new();

    public int Count => _ids.Count;

    public string this[ulong name] => _ids.TryGetValue(name, out var id) ? id : $"unknown-{name:x16}";

    public IEnumerable<KeyValuePair<ulong, string>> All => _ids;

    public void Learn(ulong name, ReadOnlySpan<byte> id)
    {
        if (!_ids.ContainsKey(name))
        {
            _ids[name] = Encoding.UTF8.GetString(id);
        }
    }

    public void Learn(ulong name, string id) => _ids[name] = id;

    internal void Write(BinaryWriter writer)
    {
        var ids = _ids.ToArray(); // others may be learning meanwhile
        writer.Write(ids.Length);
        foreach (var (name, id) in ids.OrderBy(p => p.Key))
        {
            writer.Write(name);
            writer.Write(id);
        }
    }

    internal void Read(BinaryReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            _ids[reader.ReadUInt64()] = reader.ReadString();
        }
    }
}
