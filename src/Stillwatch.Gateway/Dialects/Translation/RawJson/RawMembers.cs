namespace Stillwatch.Gateway.Dialects.Translation.RawJson;

/// <summary>A member of an object: its name between the quotes, escapes as they are, and its value.</summary>
readonly ref struct RawMember(ReadOnlySpan<byte> name, RawValue value)
{
    public ReadOnlySpan<byte> Name { get; } = name;

    public RawValue Value { get; } = value;
}

/// <summary>The members of an object in their order.</summary>
ref struct RawMembers(ReadOnlySpan<byte> container)
{
    readonly ReadOnlySpan<byte> _json = container;
    int _at = 1;

    public RawMember Current { get; private set; }

    public readonly RawMembers GetEnumerator() => this;

    public bool MoveNext()
    {
        var start = RawScan.SkipSpace(_json, _at);
        if (_json[start] == ',')
        {
            start = RawScan.SkipSpace(_json, start + 1);
        }

        if (_json[start] == '}')
        {
            return false;
        }

        var end = RawScan.EndOf(_json, start);
        var value = RawScan.SkipSpace(_json, RawScan.SkipSpace(_json, end) + 1);
        _at = RawScan.EndOf(_json, value);
        Current = new(_json[(start + 1)..(end - 1)], new RawValue(_json[value.._at]));
        return true;
    }
}
