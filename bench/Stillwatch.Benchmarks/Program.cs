using Stillwatch.Benchmarks;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;

switch (args.FirstOrDefault())
{
    case "sketch":
        SketchBenchmark.Run(System.Console.Out);
        return 0;
    case "look":
        QuickLook.Run(
            Option("--scenario") ?? "tiny", ulong.Parse(Option("--seed") ?? "1"), double.Parse(Option("--scale") ?? "1"), Option("--corpus"),
            !args.Contains("--logs-only"), Option("--ignore"), Option("--report"), Option("--exclude"), Option("--only"));
        return 0;
    case "keys":
        KeyLook.Run(Option("--scenario") ?? "tiny", ulong.Parse(Option("--seed") ?? "1"), double.Parse(Option("--scale") ?? "1"), Option("--corpus"));
        return 0;
    case "read":
        ReadBenchmark.Run(args[1], System.Console.Out);
        return 0;
    default:
        System.Console.Error.WriteLine("bench: name one of: sketch, look, keys, read FILE");
        return 2;
}
