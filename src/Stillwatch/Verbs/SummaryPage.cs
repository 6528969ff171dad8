using Spectre.Console;

namespace Stillwatch.Verbs;

/// <summary>Lines and tables, styled on a terminal and plain elsewhere. Spectre wraps at 80 columns when it cannot ask a terminal; a pipe wants whole lines.</summary>
sealed class SummaryPage(IAnsiConsole console)
{
    readonly bool _terminal = console.Profile.Out.IsTerminal;

    public void Line(string style, string text)
    {
        var plain = ExplanationText.Plain(text);
        if (_terminal)
        {
            console.Write(new Text(plain, style.Length == 0 ? Style.Plain : Style.Parse(style)));
            console.WriteLine();
        }
        else
        {
            console.Profile.Out.Writer.WriteLine(plain);
        }
    }

    /// <summary>The last two columns are numbers.</summary>
    public void Table(string[] heads, List<string[]> rows)
    {
        if (!_terminal)
        {
            PlainTable(heads, rows);
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        for (var i = 0; i < heads.Length; i++)
        {
            table.AddColumn(new TableColumn(new Text(heads[i])) { Alignment = IsNumber(i, heads) ? Justify.Right : Justify.Left });
        }

        rows.ForEach(row => table.AddRow(row.Select(cell => new Text(ExplanationText.Plain(cell)))));
        console.Write(table);
    }

    void PlainTable(string[] heads, List<string[]> rows)
    {
        var widths = heads.Select((head, i) => rows.Select(row => row[i].Length).Append(head.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(heads))
        {
            var cells = row.Select((cell, i) => IsNumber(i, heads) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            Line("", string.Join("  ", cells).TrimEnd());
        }
    }

    static bool IsNumber(int column, string[] heads) => column >= heads.Length - 2;
}
