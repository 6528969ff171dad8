namespace Stillwatch.Benchmarks.Baselines.Text;

/// <summary>Turns tokens into a unit vector of hashed word 1-grams and 2-grams: what stands in for the papers' learned encoders.</summary>
/// <remarks>
/// Feature hashing with signs (Weinberger et al. 2009), weight (1 + ln count) · inverse document frequency, the latter learned on benign
/// history. 384 dimensions, as the sentence encoder of the MMD paper has. Components are kept as signed bytes, scaled to the largest. It
/// sees words, not meaning: paraphrases are far apart here that a learned encoder would bring together.
/// </remarks>
internal sealed class TextEncoder
{
    public const int Dimensions = 384;

    const int ScratchSlots = 4096; // over twice 2 × 512 features
    const int FrequencySlots = 1 << 18;

    readonly int[] _documents = new int[FrequencySlots];
    readonly int[] _lastDocument = new int[FrequencySlots];
    readonly ulong[] _features = new ulong[ScratchSlots];
    readonly int[] _counts = new int[ScratchSlots];
    readonly int[] _used = new int[ScratchSlots];
    int _learned;

    /// <summary>Counts in which texts of history a feature occurs.</summary>
    public void Learn(ReadOnlySpan<ulong> tokens)
    {
        _learned++;
        for (var at = 0; at < tokens.Length; at++)
        {
            Count(tokens[at]);
            if (at > 0)
            {
                Count(Hash64.Join(tokens[at - 1], tokens[at]));
            }
        }

        void Count(ulong feature)
        {
            var slot = Slot(feature);
            if (_lastDocument[slot] != _learned)
            {
                _lastDocument[slot] = _learned;
                _documents[slot]++;
            }
        }
    }

    /// <summary>Writes the vector of length 1. False: no tokens, nothing written.</summary>
    public bool Encode(ReadOnlySpan<ulong> tokens, Span<float> vector)
    {
        if (tokens.IsEmpty)
        {
            return false;
        }

        var used = 0;
        for (var at = 0; at < tokens.Length; at++)
        {
            Put(tokens[at], ref used);
            if (at > 0)
            {
                Put(Hash64.Join(tokens[at - 1], tokens[at]), ref used);
            }
        }

        vector.Clear();
        for (var i = 0; i < used; i++)
        {
            var place = _used[i];
            var feature = Hash64.Mix(_features[place]);
            var weight = (1 + MathF.Log(_counts[place])) * MathF.Log((_learned + 2f) / (_documents[Slot(_features[place])] + 1f));
            vector[(int)((uint)feature % Dimensions)] += feature >> 63 == 0 ? weight : -weight;
            (_features[place], _counts[place]) = (0, 0);
        }

        var length = 0f;
        foreach (var part in vector)
        {
            length += part * part;
        }

        if (length == 0)
        {
            return false;
        }

        length = MathF.Sqrt(length);
        foreach (ref var part in vector)
        {
            part /= length;
        }

        return true;
    }

    void Put(ulong feature, ref int used)
    {
        var place = (int)(feature & (ScratchSlots - 1));
        while (_counts[place] != 0 && _features[place] != feature)
        {
            place = (place + 1) & (ScratchSlots - 1);
        }

        if (_counts[place]++ == 0)
        {
            _features[place] = feature;
            _used[used++] = place;
        }
    }

    static int Slot(ulong feature) => (int)(Hash64.Mix(feature + 1) >> 46);
}
