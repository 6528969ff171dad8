using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Storage.Exchanges;

/// <summary>Makes stored sketches this process's own: the indices in them mean something only where they were written, so the names beside them count.</summary>
/// <remarks>For a detector that shares <paramref name="models"/> and <paramref name="ids"/>. Not thread-safe.</remarks>
public sealed class SketchRestorer(ModelNames models, AccountIds ids, IReadOnlyList<AppRecord> apps)
{
    readonly Dictionary<string, int> _apps =
        apps.Select((app, index) => (app.App, Place: index + 1)).DistinctBy(app => app.App).ToDictionary(app => app.App, app => app.Place);

    readonly Dictionary<string, int> _models = [];

    /// <summary>False when the row holds no sketch of this version.</summary>
    public bool TryRestore(StoredSketch row, out ExchangeSketch sketch)
    {
        if (!SketchCodec.TryDecode(row.Sketch, out sketch))
        {
            return false;
        }

        sketch.Model = ModelOf(row.Model);
        sketch.App = row.App is not null && _apps.TryGetValue(row.App, out var app) ? app : 0;
        ids.Learn(sketch.Account, row.Account);
        return true;
    }

    int ModelOf(string name)
    {
        if (!_models.TryGetValue(name, out var index))
        {
            index = models.IndexOf(Encoding.UTF8.GetBytes(name));
            if (_models.Count < ModelNames.Capacity)
            {
                _models.Add(name, index);
            }
        }

        return index;
    }
}
