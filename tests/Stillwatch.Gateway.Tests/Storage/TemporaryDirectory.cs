namespace Stillwatch.Gateway.Tests.Storage;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
sealed class TemporaryDirectory : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("stillwatch-");

    /// <summary>Does not exist yet, so that whoever makes it chooses its mode.</summary>
    public string Path => System.IO.Path.Combine(_directory.FullName, "data");

    public void Dispose() => _directory.Delete(recursive: true);
}
