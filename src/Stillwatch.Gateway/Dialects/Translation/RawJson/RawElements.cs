namespace Stillwatch.Gateway.Dialects.Translation.RawJson;

/// <summary>The elements of an array in their order. A copy continues from where the original stood.</summary>
ref struct RawElements(ReadOnlySpan<byte> container)
{
    readonly ReadOnlySpan<byte> _json = container;
    int _at = 1;

    public RawValue Current { get; private set; }

    public readonly RawElements GetEnumerator() => this;

    public bool MoveNext()
    {
        var start = RawScan.SkipSpace(_json, _at);
        if (_json[start] == ',')
        {
            start = RawScan.SkipSpace(_json, start + 1);
        }

        if (_json[start] == ']')
        {
            return false;
        }

        _at = RawScan.EndOf(_json, start);
        Current = new RawValue(_json[start.._at]);
        return true;
    }
}
