namespace Stillwatch.Simulator.Corpus;

/// <summary>Finds the templates behind composed requests: groups that agree in their beginning, or in their end, and by how much.</summary>
static class TemplateFinder
{
    /// <summary>Fewer shared characters than this are a coincidence of wording, not a template.</summary>
    const int LeastSharedCharacters = 20;

    const int KeyCharacters = 24;

    public static List<HarvestTemplate> Find(IReadOnlyList<CorpusRecord> records)
    {
        var (head, tail) = Shared(records);
        if (head + tail >= LeastSharedCharacters)
        {
            return [new RecordTemplate(records, head, tail)];
        }

        var templates = new List<HarvestTemplate>();
        var rest = new List<CorpusRecord>();
        var least = Math.Max(5, records.Count / 20);
        foreach (var group in records.GroupBy(record => Key(record.Text!, fromEnd: false)))
        {
            Keep(group.ToList(), least, templates, rest);
        }

        var loose = new List<CorpusRecord>();
        foreach (var group in rest.GroupBy(record => Key(record.Text!, fromEnd: true)))
        {
            Keep(group.ToList(), least, templates, loose);
        }

        // What shares nothing is walked as it is: then the system prompt, if any, is the template.
        if (loose.Count > 0 && (templates.Count == 0 || loose.Count >= records.Count / 4))
        {
            templates.Add(new RecordTemplate(loose, 0, 0));
        }

        return templates;
    }

    static void Keep(List<CorpusRecord> group, int least, List<HarvestTemplate> templates, List<CorpusRecord> rest)
    {
        if (group.Count < least)
        {
            rest.AddRange(group);
            return;
        }

        var (head, tail) = Shared(group);
        templates.Add(new RecordTemplate(group, head, tail));
    }

    static string Key(string text, bool fromEnd)
        => text.Length <= KeyCharacters ? text : fromEnd ? text[^KeyCharacters..] : text[..KeyCharacters];

    static (int Head, int Tail) Shared(IReadOnlyList<CorpusRecord> records)
    {
        var first = records[0].Text!;
        var head = first.Length;
        var tail = first.Length;
        var shortest = first.Length;
        foreach (var record in records)
        {
            var text = record.Text!;
            shortest = Math.Min(shortest, text.Length);
            head = Math.Min(head, first.AsSpan().CommonPrefixLength(text));
            tail = Math.Min(tail, CommonSuffix(first, text));
        }

        head = Math.Min(head, shortest);
        while (head > 0 && char.IsHighSurrogate(first[head - 1]))
        {
            head--;
        }

        return (head, Math.Min(tail, shortest - head));
    }

    static int CommonSuffix(string first, string second)
    {
        var length = 0;
        while (length < first.Length && length < second.Length && first[^(length + 1)] == second[^(length + 1)])
        {
            length++;
        }

        return length;
    }
}
