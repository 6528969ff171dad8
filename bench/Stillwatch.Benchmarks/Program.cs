using Stillwatch.Benchmarks;

switch (args)
{
    case ["sketch"]:
        SketchBenchmark.Run(Console.Out);
        return 0;
    default:
        Console.Error.WriteLine("bench: name one of: sketch");
        return 2;
}
