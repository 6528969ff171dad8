using Stillwatch;

return await CommandLine.RunAsync(args, System.Console.Out, System.Console.Error);
