using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;

/// <summary>Messages that follow each other and are said by one side. Enumerated as often as one likes.</summary>
/// <param name="first">Standing on the first message.</param>
/// <param name="start">The first message's index in the request, for errors.</param>
ref struct Turn(RawElements first, int start)
{
    RawElements _at = first;
    int _left = -1;

    public int Start { get; } = start;

    public int Count { get; set; }

    public readonly RawValue Current => _at.Current;

    public readonly Turn GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left < 0)
        {
            _left = Count;
        }
        else if (_left > 0)
        {
            _at.MoveNext();
        }

        return _left-- > 0;
    }
}
