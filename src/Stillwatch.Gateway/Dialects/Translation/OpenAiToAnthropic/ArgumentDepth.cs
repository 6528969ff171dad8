using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>Follows a call's arguments, piece by piece, to know when their JSON object has closed and so no more can come.</summary>
struct ArgumentDepth
{
    int _depth;
    bool _inString;
    bool _afterBackslash;

    public bool IsComplete { get; private set; }

    /// <param name="spelled">A piece, as it stands in the chunk's string; an escape is never split over chunks.</param>
    public void Read(ReadOnlySpan<byte> spelled)
    {
        var at = 0;
        while (at < spelled.Length)
        {
            var unit = RawText.NextUnit(spelled, ref at);
            if (_afterBackslash)
            {
                _afterBackslash = false;
            }
            else if (_inString)
            {
                _afterBackslash = unit == '\\';
                _inString = unit != '"';
            }
            else if (unit is '{' or '[')
            {
                _depth++;
            }
            else if (unit is '}' or ']')
            {
                IsComplete = --_depth <= 0;
            }
            else
            {
                _inString = unit == '"';
            }
        }
    }
}
