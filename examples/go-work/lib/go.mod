module example.com/tea/lib

go 1.25
